# shellcheck shell=bash
# What every playbook begins with. lkload sends this file before the playbook itself, through standard input: the
# variables first, then this, then the playbook. Needs bash 4.2, coreutils, util-linux, grep, sed, awk.
# Every command that is started costs a host of many cores little and a test on a small one much: what bash can do
# itself it does.

set -u
export LC_ALL=C PATH="${PATH:-/usr/bin:/bin}:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin"
umask 077

# fact KEY VALUE: one line of output, whatever the value holds.
fact() {
  local value=${2//$'\n'/ }
  printf '%s=%s\n' "$1" "${value//$'\r'/}"
}

# die MESSAGE: what failed and what to do about it.
die() {
  fact error "$1"
  exit 1
}

# Sets LKLOAD_BASE and LKLOAD_DIR without touching anything. The names become part of paths that are removed later.
name_dirs() {
  local name
  for name in "${LKLOAD_RUN-}" "${LKLOAD_HOST-}"; do
    [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || die "not a name of a run or host: '$name'"
  done
  : "${LKLOAD_BASE:=/var/tmp/lkload-$EUID}"
  LKLOAD_DIR=$LKLOAD_BASE/runs/$LKLOAD_RUN/$LKLOAD_HOST
}

# The base folder has a name that anyone can guess in a folder where anyone can write: never trust one that somebody
# else made.
refuse_foreign_base() {
  [ -e "$LKLOAD_BASE" ] || [ -L "$LKLOAD_BASE" ] || return 0
  if [ -L "$LKLOAD_BASE" ] || [ ! -d "$LKLOAD_BASE" ] || [ ! -O "$LKLOAD_BASE" ]; then
    die "$LKLOAD_BASE exists and is not a folder of user $EUID: remove it"
  fi
}

# know_machine: sets what several playbooks ask for; those that are sent together ask once.
# shellcheck disable=SC2034 # for the playbook that comes after this file
know_machine() {
  [ -n "${MACHINE-}" ] && return
  local name value _ cpus=(/sys/devices/system/cpu/cpu[0-9]*)
  { read -r MACHINE </proc/sys/kernel/arch; } 2>/dev/null || MACHINE=$(uname -m)
  NET_NAMESPACE=$(readlink /proc/self/ns/net) MEMORY_KB=0
  read -r BOOT </proc/sys/kernel/random/boot_id
  CPUS=${#cpus[@]}
  while read -r name value _; do
    [ "$name" = MemTotal: ] || continue
    MEMORY_KB=$value
    break
  done </proc/meminfo
  case $MACHINE in
    x86_64 | amd64) ARCH=amd64 ;;
    aarch64 | arm64) ARCH=arm64 ;;
    *) ARCH=$MACHINE ;;
  esac
}

# Makes this run's folder on the host.
make_dirs() {
  name_dirs
  refuse_foreign_base
  # There already, in a folder that nobody else writes to: made here before.
  [ -d "$LKLOAD_DIR" ] && return
  mkdir -p "$LKLOAD_DIR" 2>/dev/null || die "cannot create $LKLOAD_DIR: check the space and the rights below ${LKLOAD_BASE%/*}"
  refuse_foreign_base
  chmod 0700 "$LKLOAD_BASE"
}

# section_end EXIT_CODE: of playbooks that are sent together, what was printed since the last such line is one's. The
# next ones are not begun when it failed.
section_end() {
  fact section "$1"
  [ "$1" = 0 ] || exit "$1"
}

# Holds fd 9 locked against other runs on this host while they change what runs share; needs the base folder.
lock_base() {
  exec 9>"$LKLOAD_BASE/lock" || die "cannot write below $LKLOAD_BASE"
  flock -w 60 9 || die "$LKLOAD_BASE/lock is held by another lkload for more than 60 s"
}

# Sets PIDS to the processes of this host's generator: they carry a mark in their environment, so neither a reused
# process id nor a lost pid file can lead us to anybody else's process.
find_generator() {
  mapfile -t PIDS < <(grep -lszxF "LKLOAD_GENERATOR=$LKLOAD_DIR" /proc/[0-9]*/environ)
  # Before bash 4.4 an empty array counts as unset, which `set -u` refuses.
  ((${#PIDS[@]})) && PIDS=("${PIDS[@]//[!0-9]/}")
  return 0
}

# carries_mark PID: it is a process of this host's generator. Without looking at any other.
carries_mark() {
  local word
  [ -n "$1" ] || return 1
  { while IFS= read -r -d '' word; do
    [ "$word" = "LKLOAD_GENERATOR=$LKLOAD_DIR" ] && return
  done <"/proc/$1/environ"; } 2>/dev/null
  return 1
}

# Sets GENERATOR to the recorded generator's process, if it still is one.
find_recorded() {
  GENERATOR=
  { read -r GENERATOR <"$LKLOAD_DIR/generator.pid"; } 2>/dev/null
  carries_mark "$GENERATOR" || GENERATOR=
}

# Of those, sets LK_PIDS to the lk processes.
# shellcheck disable=SC2034 # for the playbook that comes after this file
find_lk() {
  find_generator
  LK_PIDS=()
  ((${#PIDS[@]})) || return 0
  local files=("${PIDS[@]/#//proc/}")
  mapfile -t LK_PIDS < <(grep -lsz '^LKLOAD_SEGMENT=' "${files[@]/%//environ}")
}
