#!/usr/bin/env bash
# Arms this host: writes what the generator needs and starts it, detached from this session.
# Parameters: LKLOAD_RUN, LKLOAD_HOST, LKLOAD_START_AT, LKLOAD_DEADLINE, LKLOAD_DEADMAN_S, LKLOAD_STOP_GRACE_S,
# LKLOAD_DEADLINE_GRACE_S and, not exported, LKLOAD_GENERATOR_SH, LKLOAD_BECOME_LK, LKLOAD_SAMPLER_SH,
# LKLOAD_RTP_WATCH, LKLOAD_SEGMENTS, LKLOAD_SECRETS.

put() {
  printf '%s\n' "$2" >"$LKLOAD_DIR/$1" || die "cannot write $LKLOAD_DIR/$1: is the disk full?"
}

write_files() {
  rm -f "$LKLOAD_DIR/stop" "$LKLOAD_DIR/pids"
  put generator.sh "$LKLOAD_GENERATOR_SH"
  put become-lk "$LKLOAD_BECOME_LK"
  put sampler.sh "$LKLOAD_SAMPLER_SH"
  put rtp-watch "$LKLOAD_RTP_WATCH"
  put segments.tsv "$LKLOAD_SEGMENTS"
  put secrets "$LKLOAD_SECRETS"
  put heartbeat armed
}

launch() {
  # A pipe without a name, for the generator to say that it is armed.
  exec 3<> <(:)
  # In a shell of its own whose SIGINT is as it was: what is started with & would ignore it, and pass that on to lk.
  (
    trap - INT QUIT
    exec 9>&-
    exec env -i PATH="$PATH" HOME="$LKLOAD_DIR" LKLOAD_GENERATOR="$LKLOAD_DIR" LKLOAD_START_AT="$LKLOAD_START_AT" \
      LKLOAD_DEADLINE="$LKLOAD_DEADLINE" LKLOAD_DEADMAN_S="$LKLOAD_DEADMAN_S" \
      LKLOAD_STOP_GRACE_S="$LKLOAD_STOP_GRACE_S" LKLOAD_DEADLINE_GRACE_S="$LKLOAD_DEADLINE_GRACE_S" \
      setsid "$BASH" "$LKLOAD_DIR/generator.sh" </dev/null >/dev/null 2>"$LKLOAD_DIR/generator.err"
  ) &
  GENERATOR=$!
  printf '%s\n' "$GENERATOR" >"$LKLOAD_DIR/generator.pid"
}

# Armed means: the generator runs and says so.
wait_until_armed() {
  local tries
  for ((tries = 0; tries < 250; tries++)); do
    if read -r -t 0.1 -u 3 _; then return; fi
    kill -0 "$GENERATOR" 2>/dev/null || break
  done
  kill -TERM "$GENERATOR" 2>/dev/null
  rm -f "$LKLOAD_DIR/secrets"
  die "the generator did not start: $(tail -n 3 "$LKLOAD_DIR/generator.err" 2>/dev/null | tr '\n' ' ')"
}

main() {
  local running="this run's generator is already running here"
  make_dirs
  find_recorded
  [ -z "$GENERATOR" ] || die "$running (process $GENERATOR): stop it first"
  lock_base
  find_generator
  ((${#PIDS[@]} == 0)) || die "$running (process ${PIDS[0]}): stop it first"
  [ -s "$LKLOAD_DIR/stream.log" ] && die "this host was armed before: $LKLOAD_DIR/stream.log holds what it did"
  write_files
  launch
  wait_until_armed
  fact pid "$GENERATOR"
  fact changed "started the generator"
}

main "$@" </dev/null
exit
