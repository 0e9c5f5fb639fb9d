#!/usr/bin/env bash
# Ends this host's load: asks the generator, which interrupts lk and lets it say its last words, then kills what is
# left. Nothing running is success.
# Parameters: LKLOAD_RUN, LKLOAD_HOST, LKLOAD_STOP_WAIT_S (from asking to killing).

ask() {
  local pid
  read -r pid 2>/dev/null <"$LKLOAD_DIR/generator.pid" || return 0
  grep -qszxF "LKLOAD_GENERATOR=$LKLOAD_DIR" "/proc/$pid/environ" && kill -TERM "$pid" 2>/dev/null
  : 2>/dev/null >"$LKLOAD_DIR/stop"
}

main() {
  local running killed=0 tries
  name_dirs
  find_lk
  [ -d "$LKLOAD_DIR" ] && ask
  running=${#LK_PIDS[@]}
  for ((tries = 0; tries < LKLOAD_STOP_WAIT_S * 20; tries++)); do
    ((${#PIDS[@]})) || break
    sleep 0.05
    find_generator
  done
  for ((tries = 0; tries < 40; tries++)); do
    ((${#PIDS[@]})) || break
    ((tries)) || killed=${#PIDS[@]}
    kill -KILL "${PIDS[@]}" 2>/dev/null
    sleep 0.05
    find_generator
  done
  rm -f "$LKLOAD_DIR/secrets"
  fact stopped "$running"
  fact killed "$killed"
  if ((running)); then fact changed "stopped $running lk"; fi
  ((${#PIDS[@]} == 0)) || die "cannot end processes ${PIDS[*]}"
}

main "$@" </dev/null
exit
