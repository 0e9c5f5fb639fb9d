#!/usr/bin/env bash
# What this host is, and whether it can carry load: kernel, tools, work folder, reach of the target. Changes nothing
# but the run's own folder.
# Parameters: LKLOAD_RUN, LKLOAD_HOST, LKLOAD_CLI_SOURCE, LKLOAD_TARGET_HOST and LKLOAD_TARGET_PORT (optional).
# Exit code 10: nothing failed, but held_by or target_reachable say that the host is not to be used.

system_facts() {
  local os=Linux kernel glibc
  know_machine
  # shellcheck source=/dev/null
  [ -r /etc/os-release ] && os=$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-${NAME:-Linux}}")
  fact os "$os"
  read -r kernel </proc/sys/kernel/osrelease
  fact kernel "$kernel"
  fact arch "$ARCH"
  usable_cores
  fact memory_kb "$MEMORY_KB"
  cpu_facts
  glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || glibc=
  if [ -n "$glibc" ]; then
    fact glibc "${glibc#glibc }"
  elif compgen -G '/lib/ld-musl-*' >/dev/null; then
    fact glibc musl
  else
    fact glibc absent
  fi
  fact bash "$BASH_VERSION"
  fact uid "$EUID"
  fact boot_id "$BOOT"
  fact netns "$NET_NAMESPACE"
  report_hypervisor
}

# Those that this session may run on, as nproc(1) counts them.
usable_cores() {
  local name list range cores=0
  while read -r name list; do [ "$name" = Cpus_allowed_list: ] && break; done </proc/self/status
  for range in ${list//,/ }; do cores=$((cores + ${range#*-} - ${range%-*} + 1)); done
  fact cores "$cores"
}

# The first processor speaks for all. Also sets VIRTUAL where it says that it is a guest's.
cpu_facts() {
  local name value model=
  VIRTUAL=
  while IFS=: read -r name value; do
    case $name in
      'model name'* | Model*) [ -n "$model" ] || model=${value# } ;;
      flags*) [[ " $value " == *' hypervisor '* ]] && VIRTUAL=1 ;;
      '') [ -n "$model" ] && break ;;
    esac
  done </proc/cpuinfo
  fact cpu_model "$model"
}

report_hypervisor() {
  local name=
  if command -v systemd-detect-virt >/dev/null; then
    name=$(systemd-detect-virt --vm 2>/dev/null)
  fi
  if [ -z "$name" ] && [ -r /sys/class/dmi/id/sys_vendor ]; then
    name=$(</sys/class/dmi/id/sys_vendor)
  fi
  if [ -z "$name" ]; then
    [ -n "$VIRTUAL" ] && name='some hypervisor' || name=unknown
  fi
  fact hypervisor "$name"
}

# The command of this system's package manager.
install_command() {
  local manager
  for manager in 'apt-get install -y' 'dnf install -y' 'yum install -y' 'zypper install -y' 'apk add'; do
    if command -v "${manager%% *}" >/dev/null; then
      printf '%s' "$manager"
      return
    fi
  done
  printf 'install'
}

require_tools() {
  local tool packages=() missing=()
  for tool in tar gzip grep sed awk sha256sum setsid flock timeout od tail find; do
    command -v "$tool" >/dev/null && continue
    missing+=("$tool")
    case $tool in
      sha256sum | timeout | od | tail) packages+=(coreutils) ;;
      setsid | flock) packages+=(util-linux) ;;
      find) packages+=(findutils) ;;
      awk) packages+=(gawk) ;;
      *) packages+=("$tool") ;;
    esac
  done
  if [ "${LKLOAD_CLI_SOURCE-}" = download ] && ! command -v curl >/dev/null && ! command -v wget >/dev/null; then
    missing+=(curl)
    packages+=(curl)
  fi
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 402)); then
    die "bash is $BASH_VERSION; lkload needs 4.2 or newer: run \`$(install_command) bash\`"
  fi
  ((${#missing[@]} == 0)) && return
  die "missing on this host: ${missing[*]}: run \`$(install_command) $(printf '%s\n' "${packages[@]}" | sort -u | tr '\n' ' ' | sed 's/ $//')\`"
}

# A program must be able to run from the work folder: /var/tmp is noexec on hardened machines.
require_work_dir() {
  local probe free
  make_dirs
  probe=$LKLOAD_DIR/probe
  printf '#!/bin/sh\nexit 0\n' >"$probe" 2>/dev/null || die "cannot write to $LKLOAD_DIR: the disk may be full or read-only"
  # Where lk was proven to run there is nothing to find out.
  if [ ! -e "$LKLOAD_DIR/lk.proven" ]; then
    [ -x "$probe" ] || chmod 0700 "$probe"
    "$probe" 2>/dev/null ||
      die "programs cannot run from $LKLOAD_DIR: its file system is mounted noexec; run \`mount -o remount,exec\` on it"
  fi
  fact dir "$LKLOAD_DIR"
  free=$(df -Pk "$LKLOAD_DIR")
  read -r -a free <<<"${free##*$'\n'}"
  fact free_disk_kb "${free[3]-}"
}

# Another run's generator on this host (not merely on this machine: hosts may be network namespaces of one) would
# spoil the measurements of both.
report_holder() {
  local file word mark
  while IFS= read -r file; do
    [ "${file%/environ}/ns/net" -ef /proc/self/ns/net ] || continue
    mark=
    # It may have ended meanwhile.
    { while IFS= read -r -d '' word; do [[ $word =~ ^LKLOAD_GENERATOR=.*/runs/([^/]*)/[^/]*$ ]] && mark=${BASH_REMATCH[1]}; done <"$file"; } 2>/dev/null
    if [ -n "$mark" ] && [ "$mark" != "$LKLOAD_RUN" ]; then
      fact held_by "$mark"
      exit 10
    fi
  done < <(grep -lsz '^LKLOAD_GENERATOR=' /proc/[0-9]*/environ)
}

warn_of_logind() {
  ((EUID == 0)) && return
  if grep -qsiE '^ *KillUserProcesses *= *(yes|true|1|on)' /etc/systemd/logind.conf /etc/systemd/logind.conf.d/*.conf; then
    fact warning 'logind is set to KillUserProcesses=yes: load would end when the SSH connection is lost'
  fi
}

report_target() {
  local answer connecting
  [ -n "${LKLOAD_TARGET_HOST-}" ] || return 0
  # A pipe without a name, for what comes of it: one line.
  exec 7<> <(:)
  # shellcheck disable=SC2153 # both are parameters
  (exec 3<>"/dev/tcp/$LKLOAD_TARGET_HOST/$LKLOAD_TARGET_PORT" && printf 'connected\n') >&7 2>&1 &
  connecting=$!
  if ! IFS= read -r -t 5 -u 7 answer; then
    kill -KILL "$connecting"
    answer='no answer within 5 s'
  fi
  wait "$connecting" 2>/dev/null
  if [ "$answer" = connected ]; then
    fact target_reachable yes
    return
  fi
  if [[ $answer == */dev/tcp/*'No such file'* ]]; then
    fact warning 'this bash has no /dev/tcp: whether LiveKit can be reached was not checked'
    return
  fi
  fact target_reachable no
  fact target_reason "${answer##*: }"
  exit 10
}

main() {
  name_dirs
  system_facts
  require_tools
  refuse_foreign_base
  require_work_dir
  report_holder
  warn_of_logind
  report_target
}

main "$@" </dev/null
exit
