#!/usr/bin/env bash
# Puts back the kernel settings that tune-kernel.sh changed, when no other run on this machine needs them any more.
# Again and again without harm. How the notes are kept: tune-kernel.sh.
# Parameters: LKLOAD_RUN, LKLOAD_HOST.
# Prints restored.<file>=<value>, and the counts noted, restored and shared (left to other runs that need them).

# current FILE: sets VALUE.
current() {
  local words
  case $1 in
    ethtool:*)
      VALUE=$(ethtool -g "${1#*:}" 2>/dev/null | awk '/^RX:/ { rx = $2 } /^TX:/ { tx = $2 } END { print rx "/" tx }')
      [ "$VALUE" != / ]
      ;;
    *)
      { read -r -a words <"$1"; } 2>/dev/null || return 1
      VALUE=${words[*]-}
      ;;
  esac
}

put_back() {
  local file=$1 value=$2
  case $file in
    ethtool:*) ethtool -G "${file#*:}" rx "${value%/*}" tx "${value#*/}" 2>/dev/null ;;
    *) { printf '%s\n' "$value" >"$file"; } 2>/dev/null ;;
  esac
}

# restore DIR: everything that the scope's notes name.
restore() {
  local dir=$1 file value
  [ -f "$dir/originals" ] || return 0
  while read -r file value; do
    NOTED=$((NOTED + 1))
    if ! current "$file"; then
      # An interface that is gone took its settings along.
      RESTORED=$((RESTORED + 1))
    elif [ "$VALUE" = "$value" ]; then
      RESTORED=$((RESTORED + 1))
    elif ! grep -qxsF "$file $VALUE" "$dir/written"; then
      RESTORED=$((RESTORED + 1))
      fact warning "$file is $VALUE, which lkload did not set: left as it is (it was $value before lkload's change)"
    elif put_back "$file" "$value" && current "$file" && [ "$VALUE" = "$value" ]; then
      RESTORED=$((RESTORED + 1))
      fact "restored.$file" "$value"
    else
      FAILED+=("$file to $value")
    fi
  done <"$dir/originals"
}

# release DIR: this host needs the scope no longer; the last one restores it.
release() {
  local dir=$1 file others=()
  [ -e "$dir/holders/$LKLOAD_RUN.$LKLOAD_HOST" ] || return 0
  for file in "$dir/holders/"*; do
    [ "${file##*/}" = "$LKLOAD_RUN.$LKLOAD_HOST" ] || others+=("${file##*/}")
  done
  if ((${#others[@]})); then
    fact shared "${dir##*/} is still needed by ${others[*]}"
    rm -f "$dir/holders/$LKLOAD_RUN.$LKLOAD_HOST"
    return
  fi
  # Of a namespace that this host is no longer in: it took its settings along, or another host restores them.
  if [[ ${dir##*/} == net-* && ${dir##*/} != "$NET_SCOPE" ]]; then
    rm -rf "$dir"
    return
  fi
  local failed_before=${#FAILED[@]}
  restore "$dir"
  ((${#FAILED[@]} > failed_before)) || rm -rf "$dir"
}

main() {
  local boot netns dir
  name_dirs
  NOTED=0 RESTORED=0 FAILED=()
  TUNED=$LKLOAD_BASE/tuned
  if [ -d "$TUNED" ]; then
    refuse_foreign_base
    lock_base
    boot=$(</proc/sys/kernel/random/boot_id)
    netns=$(readlink /proc/self/ns/net)
    NET_SCOPE=net-${netns//[!0-9]/}.$boot
    for dir in "$TUNED"/*; do
      [ -d "$dir" ] || continue
      # After a reboot everything is as it was.
      if [[ $dir == *".$boot" ]]; then release "$dir"; else rm -rf "$dir"; fi
    done
    rmdir "$TUNED" 2>/dev/null
  fi
  fact noted "$NOTED"
  fact restored "$RESTORED"
  if ((NOTED)); then fact changed "restored $RESTORED kernel settings"; fi
  ((${#FAILED[@]} == 0)) || die "could not set $(IFS=';' && printf '%s' "${FAILED[*]}"): set them by hand, or reboot"
}

main "$@" </dev/null
exit
