#!/usr/bin/env bash
# Runs this host's lk processes: waits for the armed time, stamps each line they print, and ends them in time,
# whatever becomes of the controller. Started by start.sh, detached; what it writes is described in
# docs/host-protocol.md.
# Environment: LKLOAD_GENERATOR (the host's folder: also the mark by which its processes are found), LKLOAD_START_AT
# and LKLOAD_DEADLINE (epoch seconds by this host's clock, six decimals), LKLOAD_DEADMAN_S, LKLOAD_STOP_GRACE_S,
# LKLOAD_DEADLINE_GRACE_S.

set -u
export LC_ALL=C
umask 077

readonly MAX_ATTEMPTS=3 FAILED_START_US=3000000
# Bash writes lines below 4096 bytes in one piece, so that writers never mix; the rest of a line is cut off.
readonly MAX_LINE=3900

# now: sets NOW (seconds with six decimals) and NOW_US by the host's clock.
if [ -n "${EPOCHREALTIME-}" ]; then
  now() {
    NOW=$EPOCHREALTIME
    NOW_US=${NOW/./}
  }
else
  now() {
    NOW=$(date +%s.%6N)
    NOW_US=${NOW/./}
  }
fi

# uptime_cs: sets UP_CS, hundredths of a second that no change of the clock touches.
uptime_cs() {
  local up
  if { read -r up _ </proc/uptime; } 2>/dev/null; then
    UP_CS=$((10#${up/./}))
  else
    # No file can be opened just now: time must go on all the same. This is about one round of the supervisor.
    UP_CS=$((UP_CS + 10))
  fi
}

# say WORDS: one line of the supervisor in the stream.
say() {
  now
  printf '%s sup %s\n' "$NOW" "$*" >&8
}

# wait_until MICROSECONDS: sleeps until then by the host's clock. Each sleep covers most of what remains, so that a
# clock that is being adjusted is followed; the last 0.1 ms are not slept: to wake takes about as long.
wait_until() {
  local remaining sleep_us
  while now && remaining=$(($1 - NOW_US)) && ((remaining > 0)); do
    if ((remaining > 60000000)); then
      sleep_us=30000000
    elif ((remaining > 40000)); then
      sleep_us=$((remaining - 20000))
    elif ((remaining > 200)); then
      sleep_us=$((remaining - 100))
    else
      continue
    fi
    printf -v sleep_s '%d.%06d' $((sleep_us / 1000000)) $((sleep_us % 1000000))
    read -r -t "$sleep_s" -u 6 _
  done
}

# redact: takes access tokens and the API secret out of LINE. lk prints the token of a refused join in full.
redact() {
  while [[ $LINE =~ eyJ[A-Za-z0-9_.-]{8,} ]]; do
    LINE=${LINE//"${BASH_REMATCH[0]}"/'[token]'}
  done
  [ -n "$API_SECRET" ] && LINE=${LINE//"$API_SECRET"/'[secret]'}
  return 0
}

# read_line FD: sets LINE; a line longer than MAX_LINE loses its end, and with it the word that was cut through, which
# could be half a secret.
read_line() {
  local rest
  IFS= read -r -n "$MAX_LINE" -u "$1" LINE || [ -n "$LINE" ] || return 1
  ((${#LINE} < MAX_LINE)) && return 0
  while IFS= read -r -n "$MAX_LINE" -u "$1" rest && ((${#rest} == MAX_LINE)); do :; done
  case $LINE in
    *' '*) LINE="${LINE% *} [cut]" ;;
    *) LINE='[cut]' ;;
  esac
}

# python: sets PYTHON to one that is there, or to nothing: never one of the user's own, found by PATH.
python() {
  for PYTHON in /usr/bin/python3 /usr/libexec/platform-python /usr/local/bin/python3 ''; do
    [ -x "$PYTHON" ] && return
  done
}

# become_lk SEGMENT ATTEMPT START_US ARMED_US WORDS…: waits, then turns into lk. The first way starts many at once with
# less between them; the second one needs nothing but bash.
become_lk() {
  local segment=$1 attempt=$2 start_us=$3 armed_us=$4 lk
  trap - INT QUIT TERM
  # All that can be done before: what follows the wait is what a start is late by.
  export LKLOAD_SEGMENT=$segment HOME=$LKLOAD_GENERATOR
  export LIVEKIT_URL=$URL LIVEKIT_API_KEY=$API_KEY LIVEKIT_API_SECRET=$API_SECRET
  lk=("$LKLOAD_GENERATOR/lk")
  shift 4
  # Whoever waits must wake on time, whatever else runs on this host; lk then runs as everything else does.
  if chrt --fifo --pid 1 "$BASHPID" 2>/dev/null; then lk=(chrt --other 0 "${lk[@]}"); fi
  if [ -n "$PYTHON" ]; then
    exec "$PYTHON" -IS become-lk "$segment" "$attempt" "$start_us" "$armed_us" "$LKLOAD_GENERATOR/lk" "$@" 3>&- 6<&-
  fi
  printf 'ready %s\n' "$segment" >&9
  wait_until "$start_us"
  now
  printf '%s sup event=started segment=%s attempt=%s pid=%s error_us=%s\n' \
    "$NOW" "$segment" "$attempt" "$BASHPID" $((NOW_US - armed_us)) >&8
  # For the sampler and the listener.
  { printf '%s %s\n' "$segment" "$BASHPID" >>pids; } 2>/dev/null
  exec "${lk[@]}" "$@" 3>&- 6<&- 8>&- 9>&-
}

# run_attempt SEGMENT ATTEMPT START_US ARMED_US WORDS…: one lk process from waiting to exit; tells the supervisor over fd 9.
run_attempt() {
  local segment=$1 attempt=$2 start_us=$3 pid code lines=0 joined=0
  # A pipe without a name: opened both ways, then once more for reading only, so that its end can be seen.
  exec 5<> <(:)
  exec 7</proc/self/fd/5
  become_lk "$@" >&5 2>&1 5>&- 7<&- &
  pid=$!
  exec 5>&-
  printf 'pid %s %s\n' "$segment" "$pid" >&9
  while read_line 7; do
    now
    redact
    printf '%s %s %s\n' "$NOW" "$segment" "$LINE" >&8
    lines=$((lines + 1))
    case $LINE in 'subscribed to track '* | 'publishing '*) joined=1 ;; esac
  done
  wait "$pid"
  code=$?
  now
  printf 'end %s %s %s %s %s %s\n' "$segment" "$attempt" "$code" "$lines" "$joined" $((NOW_US - start_us)) >&9
}

# split SEPARATOR TEXT: sets the caller's array `words`. A here-string would need room on the disk in older bash.
split() {
  local IFS=$1
  set -f
  # shellcheck disable=SC2206 # splitting is the point
  words=($2)
  set +f
}

# launch SEGMENT ATTEMPT START_US
launch() {
  local words
  split $'\t' "${ARGV[$1]}"
  run_attempt "$1" "$2" "$3" "${ARMED_US[$1]}" "${words[@]}" &
  RUNNER[$1]=$!
}

# ended SEGMENT ATTEMPT CODE LINES JOINED ELAPSED_US
ended() {
  local segment=$1 attempt=$2 code=$3 lines=$4 joined=$5 elapsed_us=$6
  unset "RUNNER[$segment]" "LK[$segment]" "LOST[$segment]"
  say "event=exited segment=$segment attempt=$attempt code=$code lines=$lines"
  [ -n "$REASON" ] && return
  ((code == 0)) && return
  if ((elapsed_us >= FAILED_START_US || joined)); then
    FAILED=1
  elif ((attempt >= MAX_ATTEMPTS)); then
    FAILED=1
    say "event=failed segment=$segment reason=exit code $code at each of $attempt starts"
  else
    say "event=retry segment=$segment attempt=$((attempt + 1)) reason=exit code $code before any participant joined"
    now
    launch "$segment" $((attempt + 1)) $((NOW_US + 500000))
  fi
}

handle() {
  local words
  split ' ' "$1"
  case ${words[0]-} in
    pid)
      LK[${words[1]}]=${words[2]}
      if [ -n "$REASON" ]; then kill -INT "${words[2]}" 2>/dev/null; fi
      ;;
    end) ended "${words[@]:1}" ;;
    ready) WAITING=$((WAITING + 1)) ;;
  esac
}

# begin_stop REASON GRACE_S: every lk gets SIGINT at once.
begin_stop() {
  [ -n "$REASON" ] && return
  REASON=$1
  say "event=stopping reason=$1"
  KILL_AT_CS=$((UP_CS + $2 * 100))
  ((${#LK[@]})) && kill -INT "${LK[@]}" 2>/dev/null
}

kill_rest() {
  local segment
  KILL_AT_CS=
  # One more second for the last words of the killed.
  GIVE_UP_AT_CS=$((UP_CS + 100))
  for segment in "${!LK[@]}"; do
    kill -KILL "${LK[$segment]}" 2>/dev/null && say "event=killed segment=$segment"
  done
}

# The process that stamps a segment's lines may be killed (out of memory): its lk must not go on unseen.
check_runners() {
  local segment
  for segment in "${!RUNNER[@]}"; do
    kill -0 "${RUNNER[$segment]}" 2>/dev/null && continue
    # Its last message may still be under way: wait for one more round.
    if [ -z "${LOST[$segment]-}" ]; then
      LOST[$segment]=1
      continue
    fi
    [ -n "${LK[$segment]-}" ] && kill -KILL "${LK[$segment]}" 2>/dev/null
    unset "RUNNER[$segment]" "LK[$segment]" "LOST[$segment]"
    FAILED=1
    say "event=failed segment=$segment reason=its supervising process was killed"
  done
}

check_heartbeat() {
  local beat=
  # What it says does not matter, only that it changes: no clock is compared.
  { read -r beat <"$LKLOAD_GENERATOR/heartbeat"; } 2>/dev/null
  if [ -n "$beat" ] && [ "$beat" != "$BEAT" ]; then
    BEAT=$beat
    BEAT_CS=$UP_CS
  fi
  ((UP_CS - BEAT_CS > LKLOAD_DEADMAN_S * 100)) && begin_stop deadman "$LKLOAD_STOP_GRACE_S"
}

# handle_messages: those that are there; never with a time limit, that could end in the middle of one.
handle_messages() {
  local message
  while read -r -t 0 -u 9 && read -r -u 9 message; do handle "$message"; done
}

# await_waiting COUNT: until so many wait for their start, which on a slow host takes as long as Python takes to come
# up: armed is who will be on time. Who takes very long is late, and says so.
await_waiting() {
  local until_cs=$((UP_CS + 1500))
  while handle_messages && ((WAITING < $1 && UP_CS < until_cs)); do
    read -r -t 0.01 -u 6 _
    uptime_cs
  done
}

supervise() {
  local next_check=0
  while :; do
    handle_messages
    ((${#RUNNER[@]})) || break
    read -r -t 0.1 -u 6 _
    uptime_cs
    if [ -n "$ASKED" ] || [ -e "$LKLOAD_GENERATOR/stop" ]; then begin_stop asked "$LKLOAD_STOP_GRACE_S"; fi
    ((UP_CS >= DEADLINE_CS)) && begin_stop deadline "$LKLOAD_DEADLINE_GRACE_S"
    if ((UP_CS >= next_check)); then
      next_check=$((UP_CS + 100))
      check_heartbeat
      check_runners
    fi
    [ -n "$KILL_AT_CS" ] && ((UP_CS >= KILL_AT_CS)) && kill_rest
    [ -n "$GIVE_UP_AT_CS" ] && ((UP_CS >= GIVE_UP_AT_CS)) && break
  done
}

# guard: ends the load if the supervisor itself is killed.
guard() {
  local stat words pids pid lk=() others=()
  while :; do
    if { read -r stat </proc/self/stat; } 2>/dev/null; then
      split ' ' "${stat##*) }"
      ((words[1] == SUPERVISOR)) || break
    fi
    read -r -t 1 -u 6 _
  done
  say "event=stopping reason=lost"
  mapfile -t pids < <(grep -lszxF "LKLOAD_GENERATOR=$LKLOAD_GENERATOR" /proc/[0-9]*/environ)
  ((${#pids[@]})) || pids=("$BASHPID")
  for pid in "${pids[@]//[!0-9]/}"; do
    if grep -qsz '^LKLOAD_SEGMENT=' "/proc/$pid/environ"; then lk+=("$pid"); elif ((pid != BASHPID)); then others+=("$pid"); fi
  done
  ((${#lk[@]})) && kill -INT "${lk[@]}" 2>/dev/null
  read -r -t "$LKLOAD_STOP_GRACE_S" -u 6 _
  ((${#lk[@]})) && kill -KILL "${lk[@]}" 2>/dev/null
  ((${#others[@]})) && kill -KILL "${others[@]}" 2>/dev/null
  say "event=done reason=failed"
}

read_secrets() {
  local line
  URL='' API_KEY='' API_SECRET=''
  while IFS= read -r line; do
    case $line in
      LIVEKIT_URL=*) URL=${line#*=} ;;
      LIVEKIT_API_KEY=*) API_KEY=${line#*=} ;;
      LIVEKIT_API_SECRET=*) API_SECRET=${line#*=} ;;
    esac
  done <"$LKLOAD_GENERATOR/secrets"
  rm -f "$LKLOAD_GENERATOR/secrets"
}

# watch_rtp: starts what reads the packets to this host, or says why nothing does. Sets RTP_WATCH to its process.
watch_rtp() {
  RTP_WATCH=''
  if [ -n "$PYTHON" ]; then
    "$PYTHON" -IS rtp-watch 3>&- 6<&- 8>&- 9>&- >>stream.log &
    RTP_WATCH=$!
    return
  fi
  now
  printf '%s rtp reason=python3 is not installed\n' "$NOW" >&8
}

# Outside of any function: `declare -g` with a value does something else in bash 4.2.
declare -A ARGV=() ARMED_US=() RUNNER=() LK=() LOST=()

main() {
  local id offset_us rest start_us deadline_us guard_pid sampler_pid reason
  UP_CS=0 WAITING=0 REASON='' ASKED='' FAILED='' KILL_AT_CS='' GIVE_UP_AT_CS='' BEAT='' SUPERVISOR=$BASHPID
  cd "$LKLOAD_GENERATOR" || exit 1
  trap 'ASKED=1' TERM INT
  trap '' HUP
  # fd 8: the stream. A disk that cannot be written must not keep the load from ending.
  { exec 8>>stream.log; } 2>/dev/null || exec 8>/dev/null
  # fd 6 never delivers: `read -t` on it is a sleep without a process. fd 9: the children's messages.
  exec 6<> <(:)
  exec 9<> <(:)
  ulimit -n 1048576 2>/dev/null || ulimit -n "$(ulimit -Hn)"
  read_secrets
  python
  start_us=${LKLOAD_START_AT/./}
  deadline_us=${LKLOAD_DEADLINE/./}
  now
  uptime_cs
  DEADLINE_CS=$((UP_CS + (deadline_us - NOW_US) / 10000))
  BEAT_CS=$UP_CS
  while IFS=$'\t' read -r id offset_us rest; do
    [ -n "$id" ] || continue
    ARGV[$id]=$rest
    ARMED_US[$id]=$((start_us + offset_us))
    launch "$id" 1 "${ARMED_US[$id]}"
  done <segments.tsv
  await_waiting "${#RUNNER[@]}"
  guard &
  guard_pid=$!
  disown
  bash sampler.sh 3>&- 6<&- 8>&- 9>&- >>stream.log &
  sampler_pid=$!
  watch_rtp
  say "event=armed at=$LKLOAD_START_AT segments=${#RUNNER[@]} deadline=$LKLOAD_DEADLINE"
  # Whoever started it may wait for this.
  { printf 'armed\n' >&3; } 2>/dev/null
  exec 3>&-
  supervise
  kill -TERM "$guard_pid" 2>/dev/null
  kill -TERM "$sampler_pid" $RTP_WATCH 2>/dev/null
  wait "$sampler_pid" $RTP_WATCH 2>/dev/null
  ((${#LK[@]})) && kill -KILL "${LK[@]}" 2>/dev/null
  reason=${REASON:-finished}
  [ -z "$REASON" ] && [ -n "$FAILED" ] && reason=failed
  say "event=done reason=$reason"
}

main "$@" </dev/null
exit
