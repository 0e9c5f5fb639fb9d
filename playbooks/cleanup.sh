#!/usr/bin/env bash
# Removes every trace of this run from the host: processes first, then files, then folders that nobody else uses.
# Again and again without harm. Kernel settings are restore-kernel.sh's, before this.
# Parameters: LKLOAD_RUN, LKLOAD_HOST.

kill_all() {
  local tries
  find_generator
  fact stopped "${#PIDS[@]}"
  ((${#PIDS[@]})) && fact changed "ended ${#PIDS[@]} processes"
  for ((tries = 0; ${#PIDS[@]} && tries < 60; tries++)); do
    kill -KILL "${PIDS[@]}" 2>/dev/null
    sleep 0.05
    find_generator
  done
  ((${#PIDS[@]} == 0)) || die "cannot end processes ${PIDS[*]}"
}

main() {
  name_dirs
  kill_all
  if [ ! -e "$LKLOAD_BASE" ] && [ ! -L "$LKLOAD_BASE" ]; then
    fact removed 0
    return
  fi
  refuse_foreign_base
  lock_base
  local files=0
  if [ -e "$LKLOAD_DIR" ]; then
    files=$(find "$LKLOAD_DIR" ! -type d | wc -l)
    rm -rf "$LKLOAD_DIR" || die "cannot remove $LKLOAD_DIR"
    fact changed "removed $LKLOAD_DIR"
  fi
  fact removed "$files"
  rmdir "$LKLOAD_BASE/runs/$LKLOAD_RUN" "$LKLOAD_BASE/runs" 2>/dev/null
  if [ ! -e "$LKLOAD_BASE/runs" ]; then
    rm -rf "$LKLOAD_BASE/cli"
    # Values of kernel settings that somebody still has to restore stay.
    if [ ! -e "$LKLOAD_BASE/tuned" ] || rmdir "$LKLOAD_BASE/tuned" 2>/dev/null; then
      rm -f "$LKLOAD_BASE/lock"
      rmdir "$LKLOAD_BASE" 2>/dev/null || fact warning "$LKLOAD_BASE holds files that are not lkload's: left"
    else
      fact warning "$LKLOAD_BASE/tuned still holds kernel settings to restore"
    fi
  fi
}

main "$@" </dev/null
exit
