#!/usr/bin/env bash
# Prints the kernel's counters once per second, on the second, as `smp` lines of docs/host-protocol.md. The loop
# starts no process: what it measures must not be itself. Ends with its parent.
# Environment: LKLOAD_GENERATOR, the host's folder, where `pids` names the lk process of each segment.

# shellcheck disable=SC2206 # words are split on purpose, with globbing off
set -u
export LC_ALL=C

# Bash writes lines below 4096 bytes in one piece: a longer sample is continued on lines with the same time.
readonly MAX_LINE=3900

if [ -n "${EPOCHREALTIME-}" ]; then
  now() { NOW=$EPOCHREALTIME; }
else
  now() { NOW=$(date +%s.%6N); }
fi

# emit WORD: adds one word to the sample.
emit() {
  if ((${#SAMPLE} + ${#1} > MAX_LINE)); then flush; fi
  SAMPLE+=" $1"
}

flush() {
  [ -n "$SAMPLE" ] && printf '%s smp%s\n' "$TIME" "$SAMPLE"
  SAMPLE=
}

# Every function below takes one file apart by word splitting; globbing is off. What cannot be read is left out whole.

cores() {
  local lines line words
  mapfile -t lines 2>/dev/null <"$PROC/stat" || return
  for line in "${lines[@]}"; do
    case $line in
      cpu[0-9]*)
        words=($line)
        emit "c${words[0]#cpu}=${words[1]},${words[2]},${words[3]},${words[4]},${words[5]},${words[6]},${words[7]},${words[8]:-0}"
        ;;
      cpu*) ;;
      # The cores come first; the line of interrupts after them can be long.
      *) return ;;
    esac
  done
}

memory() {
  local name value _ total='' available=''
  while read -r name value _; do
    case $name in
      MemTotal:) total=$value ;;
      MemAvailable:)
        available=$value
        break
        ;;
    esac
  done <"$PROC/meminfo"
  [ -n "$available" ] && emit "mem=$total,$available"
}

interfaces() {
  local lines line words
  mapfile -t -s 2 lines <"$PROC/net/dev" || return
  for line in ${lines[@]+"${lines[@]}"}; do
    words=(${line/:/ })
    # One that never carried anything says nothing.
    [ "${words[1]}${words[9]}" = 00 ] && continue
    emit "n.${words[0]}=${words[1]},${words[2]},${words[3]},${words[4]},${words[9]},${words[10]},${words[11]},${words[12]}"
  done
}

# The names of snmp's columns differ by kernel: they are looked up in its header lines.
udp() {
  local line words header='' i name value found=
  local in=0 ports=0 errors=0 out=0 receive=0 send=0
  while read -r line; do
    case $line in
      'Udp: '[A-Z]*) header=($line) ;;
      'Udp: '*)
        words=($line)
        found=1
        for i in "${!header[@]}"; do
          value=${words[i]}
          case ${header[i]} in
            InDatagrams) in=$value ;;
            NoPorts) ports=$value ;;
            InErrors) errors=$value ;;
            OutDatagrams) out=$value ;;
            RcvbufErrors) receive=$value ;;
            SndbufErrors) send=$value ;;
          esac
        done
        break
        ;;
    esac
  done <"$PROC/net/snmp" || return
  [ -n "$found" ] || return
  if [ -r "$PROC/net/snmp6" ]; then
    while read -r name value; do
      case $name in
        Udp6InDatagrams) in=$((in + value)) ;;
        Udp6NoPorts) ports=$((ports + value)) ;;
        Udp6InErrors) errors=$((errors + value)) ;;
        Udp6OutDatagrams) out=$((out + value)) ;;
        Udp6RcvbufErrors) receive=$((receive + value)) ;;
        Udp6SndbufErrors) send=$((send + value)) ;;
        UdpLite*) break ;;
      esac
    done <"$PROC/net/snmp6" || return
  fi
  emit "udp=$in,$ports,$errors,$out,$receive,$send"
}

softnet() {
  local a b c _ processed=0 dropped=0 squeezed=0
  while read -r a b c _; do
    processed=$((processed + 16#$a)) dropped=$((dropped + 16#$b)) squeezed=$((squeezed + 16#$c))
  done <"$PROC/net/softnet_stat" || return
  emit "soft=$processed,$dropped,$squeezed"
}

sockets() {
  local file words used='' tcp=0 udp=0
  for file in sockstat sockstat6; do
    [ -r "$PROC/net/$file" ] || continue
    while read -r -a words; do
      case ${words[0]} in
        sockets:) used=${words[2]} ;;
        TCP: | TCP6:) tcp=$((tcp + words[2])) ;;
        UDP: | UDP6:) udp=$((udp + words[2])) ;;
      esac
    done <"$PROC/net/$file" || return
  done
  [ -n "$used" ] && emit "sock=$used,$tcp,$udp"
}

descriptors() {
  local allocated maximum _
  read -r allocated _ maximum <"$PROC/sys/fs/file-nr" && emit "fd=$allocated,$maximum"
}

# lk of each segment: the last line of a segment in `pids` counts.
processes() {
  local segment pid stat words fds
  local -A current=()
  { while read -r segment pid; do current[$segment]=$pid; done <"$LKLOAD_GENERATOR/pids"; } 2>/dev/null
  for segment in "${!current[@]}"; do
    pid=${current[$segment]}
    { read -r stat <"$PROC/$pid/stat"; } 2>/dev/null || continue
    # The command's name may hold spaces and brackets: only what follows the last bracket is columns.
    words=(${stat##*) })
    # Gone but not yet waited for: it holds nothing any more.
    [ "${words[0]}" = Z ] && continue
    set +f
    fds=("$PROC/$pid/fd/"*)
    set -f
    # It ended just now, or its files are not ours to see.
    [[ ${fds[0]} == *'*' ]] && continue
    emit "p.$segment=$pid,${words[11]},${words[12]},$((words[21] * PAGE_KB)),${#fds[@]}"
  done
}

parent() {
  local stat words
  { read -r stat </proc/self/stat; } 2>/dev/null || return 0
  words=(${stat##*) })
  PARENT=${words[1]}
}

main() {
  local whole fraction microseconds pause first_parent
  set -f
  PROC=${LKLOAD_PROC:-/proc} SAMPLE=''
  PAGE_KB=$(($(getconf PAGESIZE) / 1024))
  parent
  first_parent=$PARENT
  # Never delivers: `read -t` on it is a sleep without a process.
  exec 6<> <(:)
  emit "hz=$(getconf CLK_TCK)"
  # A file that is not there would be complained about every second.
  exec 2>/dev/null
  while parent && [ "$PARENT" = "$first_parent" ]; do
    now
    TIME=$NOW
    cores
    memory
    interfaces
    udp
    softnet
    sockets
    descriptors
    processes
    flush
    now
    whole=${NOW%.*} fraction=${NOW#*.}
    microseconds=$((1000000 - 10#$fraction))
    # Just before the second the timer may fire a little early: that second is already done.
    ((microseconds < 2000)) && [ "${TIME%.*}" != "$whole" ] && microseconds=$((microseconds + 1000000))
    printf -v pause '%d.%06d' $((microseconds / 1000000)) $((microseconds % 1000000))
    read -r -t "$pause" -u 6 _
  done
}

main "$@" </dev/null
exit
