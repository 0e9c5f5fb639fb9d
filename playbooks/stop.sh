#!/usr/bin/env bash
# Ends this host's load: asks the generator, which interrupts lk and lets it say its last words, then kills what is
# left. Nothing running is success. The order comes first, and while it is carried out nothing is searched for: many
# hosts may be one machine.
# Parameters: LKLOAD_RUN, LKLOAD_HOST, LKLOAD_STOP_WAIT_S (from asking to killing).

ask() {
  find_recorded
  [ -n "$GENERATOR" ] && kill -TERM "$GENERATOR" 2>/dev/null
  : 2>/dev/null >"$LKLOAD_DIR/stop"
}

# Sets RUNNING to how many lk processes there are: the last of each segment counts.
count_lk() {
  local segment pid
  local -A last=()
  RUNNING=0
  { while read -r segment pid; do last[$segment]=$pid; done <"$LKLOAD_DIR/pids"; } 2>/dev/null
  for pid in ${last[@]+"${last[@]}"}; do
    if carries_mark "$pid"; then RUNNING=$((RUNNING + 1)); fi
  done
}

# alive PIDS…: one of them is there.
alive() {
  local pid
  # Not by kill -0: one that has ended and that nobody has waited for would count.
  for pid in "$@"; do carries_mark "$pid" && return; done
  return 1
}

# gone_within TENTHS PIDS…
gone_within() {
  local tries=$1
  shift
  while alive "$@"; do
    ((tries-- > 0)) || return 1
    read -r -t 0.1 -u 6 _
  done
}

main() {
  local killed=0 patience=$((LKLOAD_STOP_WAIT_S * 10))
  name_dirs
  GENERATOR='' RUNNING=0
  # Never delivers: `read -t` on it is a sleep without a process.
  exec 6<> <(:)
  if [ -d "$LKLOAD_DIR" ]; then
    ask
    count_lk
  fi
  if [ -n "$GENERATOR" ]; then
    gone_within "$patience" "$GENERATOR"
    # What it leaves is ending, or will not end.
    patience=5
  fi
  find_lk
  ((RUNNING)) || RUNNING=${#LK_PIDS[@]}
  if ((${#PIDS[@]})) && ! gone_within "$patience" "${PIDS[@]}"; then
    killed=${#PIDS[@]}
    kill -KILL "${PIDS[@]}" 2>/dev/null
    gone_within 20 "${PIDS[@]}"
    find_generator
  fi
  rm -f "$LKLOAD_DIR/secrets"
  fact stopped "$RUNNING"
  fact killed "$killed"
  if ((RUNNING)); then fact changed "stopped $RUNNING lk"; fi
  if ((killed)) && ((${#PIDS[@]})); then die "cannot end processes ${PIDS[*]}"; fi
}

main "$@" </dev/null
exit
