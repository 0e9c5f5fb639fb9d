#!/usr/bin/env bash
# Tunes this host's kernel for many UDP streams. Only ever raises a value, never fails because a setting is not there,
# and notes what each was before it is changed, so that restore-kernel.sh can put it back, also after a crash.
# Parameters: LKLOAD_RUN, LKLOAD_HOST, LKLOAD_SYSCTL (lines of `name value`: further sysctls, set as they are).
#
# Prints knob.<name>=<state>|<before>|<after>, state: changed, ok, absent or denied.
#
# Notes are kept in $LKLOAD_BASE/tuned/<scope>: several runs, and several hosts that are network namespaces of one
# machine, may need the same setting. Scope is what the setting belongs to: `net-<namespace>` or `kernel`, with the
# boot's id, because a reboot undoes everything. `holders/` has one file per run and host that needs the scope;
# `originals` has lines of `<file> <value>` from before the first change, `written` the values that lkload set.

# hold SCOPE: this host needs the scope from now on.
hold() {
  [ -d "$TUNED/$1/holders" ] || mkdir -p "$TUNED/$1/holders"
  : >"$TUNED/$1/holders/$LKLOAD_RUN.$LKLOAD_HOST"
}

# read_value FILE: sets VALUE, words separated by one space.
read_value() {
  local words
  { read -r -a words <"$1"; } 2>/dev/null || return 1
  VALUE=${words[*]-}
}

# is_noted SCOPE FILE
is_noted() {
  local file _
  { while read -r file _; do [ "$file" = "$2" ] && return; done <"$TUNED/$1/originals"; } 2>/dev/null
  return 1
}

# note SCOPE FILE OLD NEW: before the change. The first value noted is the original; NOTED says that it was this one.
note() {
  NOTED=
  if ! is_noted "$1" "$2"; then
    printf '%s %s\n' "$2" "$3" >>"$TUNED/$1/originals" || return 1
    NOTED=1
  fi
  printf '%s %s\n' "$2" "$4" >>"$TUNED/$1/written"
}

# Takes back the last note: nothing was changed.
unnote() {
  if [ -n "$NOTED" ]; then sed -i '$d' "$TUNED/$1/originals"; fi
}

knob() {
  printf 'knob.%s=%s|%s|%s\n' "$1" "$2" "$3" "$4"
  if [ "$2" = changed ]; then CHANGED=$((CHANGED + 1)); fi
}

# set_file NAME SCOPE FILE WANTED: NAME is for people.
set_file() {
  local name=$1 scope=$2 file=$3 wanted=$4 before
  if [ ! -e "$file" ]; then
    knob "$name" absent '' ''
    return
  fi
  if ! read_value "$file"; then
    knob "$name" denied '' ''
    return
  fi
  before=$VALUE
  if [ "$before" = "$wanted" ]; then
    knob "$name" ok "$before" "$before"
    return
  fi
  note "$scope" "$file" "$before" "$wanted" || die "cannot note the value of $name in $TUNED: is the disk full?"
  if { printf '%s\n' "$wanted" >"$file"; } 2>/dev/null && read_value "$file" && [ "$VALUE" != "$before" ]; then
    # The kernel may have rounded it.
    [ "$VALUE" = "$wanted" ] || note "$scope" "$file" "$before" "$VALUE"
    knob "$name" changed "$before" "$VALUE"
  else
    unnote "$scope"
    knob "$name" denied "$before" "$before"
  fi
}

# at_least NAME SCOPE FILE VALUES: each of the values is raised to the given one where it is lower.
at_least() {
  local current wanted i
  if read_value "$3"; then
    read -r -a current <<<"$VALUE"
    read -r -a wanted <<<"$4"
    for i in "${!wanted[@]}"; do
      [[ ${current[i]-} =~ ^[0-9]+$ ]] || continue
      # Compared by length first: fs.file-max can exceed 63 bits.
      if ((${#current[i]} > 18 || current[i] > wanted[i])); then wanted[i]=${current[i]}; fi
    done
    set_file "$1" "$2" "$3" "${wanted[*]}"
  else
    set_file "$1" "$2" "$3" "$4"
  fi
}

# sysctl_scope NAME
sysctl_scope() {
  case $1 in net.*) SCOPE=$NET_SCOPE ;; *) SCOPE=$KERNEL_SCOPE ;; esac
}

raise() {
  sysctl_scope "$1"
  at_least "$1" "$SCOPE" "$PROC_SYS/${1//.//}" "$2"
}

tune_sysctls() {
  local pages=$((MEMORY_KB / 4))
  raise net.core.rmem_max 67108864
  raise net.core.wmem_max 67108864
  raise net.core.rmem_default 1048576
  raise net.core.wmem_default 1048576
  raise net.core.netdev_max_backlog 65536
  raise net.core.netdev_budget 600
  raise net.core.somaxconn 65535
  raise net.ipv4.udp_rmem_min 16384
  raise net.ipv4.udp_wmem_min 16384
  # Pages that all UDP sockets may take together: a quarter of the memory at most.
  raise net.ipv4.udp_mem "$((pages / 8)) $((pages / 6)) $((pages / 4))"
  raise fs.nr_open 1048576
  raise fs.file-max 2097152
  raise net.netfilter.nf_conntrack_max 1048576
  raise net.netfilter.nf_conntrack_udp_timeout 60
  raise net.netfilter.nf_conntrack_udp_timeout_stream 180
  tune_port_range
}

# The range is widened at both ends.
tune_port_range() {
  local file=$PROC_SYS/net/ipv4/ip_local_port_range low=1024 high=65535 range
  if read_value "$file"; then
    read -r -a range <<<"$VALUE"
    if ((range[0] < low)); then low=${range[0]}; fi
    if ((range[1] > high)); then high=${range[1]}; fi
  fi
  set_file net.ipv4.ip_local_port_range "$NET_SCOPE" "$file" "$low $high"
}

# The user's own: set as they are. A `*` stands for every entry of that level.
tune_extra() {
  local name value file files words
  while read -r name value; do
    [ -n "$name" ] || continue
    sysctl_scope "$name"
    mapfile -t files < <(compgen -G "$PROC_SYS/${name//.//}")
    ((${#files[@]})) || files=("$PROC_SYS/${name//.//}")
    read -r -a words <<<"$value"
    for file in "${files[@]}"; do
      name=${file#"$PROC_SYS/"}
      set_file "${name//\//.}" "$SCOPE" "$file" "${words[*]-}"
    done
  done <<<"${LKLOAD_SYSCTL-}"
}

tune_governor() {
  local dir governors found=
  for dir in /sys/devices/system/cpu/cpu[0-9]*/cpufreq; do
    { read -r governors <"$dir/scaling_available_governors"; } 2>/dev/null || continue
    [[ " $governors " == *' performance '* ]] || continue
    found=1
    set_file "${dir#/sys/devices/system/cpu/}/governor" "$KERNEL_SCOPE" "$dir/scaling_governor" performance
  done
  [ -n "$found" ] || knob cpufreq.governor absent '' ''
}

# Sets INTERFACES: those that routes lead to, but for bridges and loopback.
route_interfaces() {
  local file column words name seen=' lo '
  INTERFACES=()
  for file in route:0 ipv6_route:9; do
    column=${file#*:} file=/proc/net/${file%:*}
    [ -r "$file" ] || continue
    while read -r -a words; do
      name=${words[column]-}
      [[ -n $name && $seen != *" $name "* ]] || continue
      seen+="$name "
      # The line of column names names no interface.
      [ -d "/sys/class/net/$name" ] && [ ! -d "/sys/class/net/$name/bridge" ] && INTERFACES+=("$name")
    done <"$file"
  done
}

# cpu_mask CPUS: sets MASK to all of them, as rps_cpus has it: groups of 32 bits in hex, the highest first.
cpu_mask() {
  local cpus=$1
  MASK=
  if ((cpus % 32)); then printf -v MASK '%x' $(((1 << cpus % 32) - 1)); fi
  for ((cpus /= 32; cpus > 0; cpus--)); do
    MASK+=${MASK:+,}ffffffff
  done
}

tune_interfaces() {
  local name dir queue queues
  # shellcheck disable=SC2153 # set by know_machine
  cpu_mask "$CPUS"
  route_interfaces
  for name in ${INTERFACES[@]+"${INTERFACES[@]}"}; do
    dir=/sys/class/net/$name
    at_least "nic.$name.txqueuelen" "$NET_SCOPE" "$dir/tx_queue_len" 10000
    queues=("$dir"/queues/rx-*)
    # With a queue per CPU the card spreads the packets itself.
    if ((${#queues[@]} < CPUS)); then
      for queue in "${queues[@]}"; do
        set_mask "nic.$name.${queue##*/}.rps" "$queue/rps_cpus"
      done
    fi
    queues=("$dir"/queues/tx-*)
    if ((${#queues[@]} > 1 && ${#queues[@]} < CPUS)); then
      for queue in "${queues[@]}"; do
        set_mask "nic.$name.${queue##*/}.xps" "$queue/xps_cpus"
      done
    fi
    tune_ring "$name"
  done
}

# The kernel prints masks with leading zeros.
set_mask() {
  local mask=$MASK
  if read_value "$2" && [[ $VALUE =~ ^[0,]*([^0,].*)$ ]] && [ "${BASH_REMATCH[1]}" = "$MASK" ]; then mask=$VALUE; fi
  set_file "$1" "$NET_SCOPE" "$2" "$mask"
}

# ring NAME: `<rx> <tx>` maximum and current, by ethtool.
tune_ring() {
  local name=$1 maximum current
  command -v ethtool >/dev/null || return 0
  read -r maximum current < <(ethtool -g "$name" 2>/dev/null | awk '
    /^RX:/ { rx[++n] = $2 } /^TX:/ { tx[n] = $2 }
    END { if (n == 2 && rx[1] ~ /^[0-9]+$/ && rx[2] ~ /^[0-9]+$/) print rx[1] "/" tx[1], rx[2] "/" tx[2] }') || return 0
  if [ "$maximum" = "$current" ]; then
    knob "nic.$name.ring" ok "$current" "$current"
    return
  fi
  note "$NET_SCOPE" "ethtool:$name" "$current" "$maximum"
  if ethtool -G "$name" rx "${maximum%/*}" tx "${maximum#*/}" 2>/dev/null; then
    knob "nic.$name.ring" changed "$current" "$maximum"
  else
    unnote "$NET_SCOPE"
    knob "nic.$name.ring" denied "$current" "$current"
  fi
}

main() {
  make_dirs
  lock_base
  know_machine
  TUNED=$LKLOAD_BASE/tuned PROC_SYS=/proc/sys CHANGED=0
  NET_SCOPE=net-${NET_NAMESPACE//[!0-9]/}.$BOOT
  KERNEL_SCOPE=kernel.$BOOT
  drop_other_boots
  hold "$NET_SCOPE"
  hold "$KERNEL_SCOPE"
  tune_sysctls
  tune_extra
  tune_governor
  tune_interfaces
  if ((CHANGED)); then fact changed "$CHANGED kernel settings"; fi
}

# A reboot undid what they note.
drop_other_boots() {
  local dir
  for dir in "$TUNED"/*; do
    [ -d "$dir" ] && [[ $dir != *".$BOOT" ]] && rm -rf "$dir"
  done
}

main "$@" </dev/null
exit
