#!/usr/bin/env bash
# Puts the wanted lk at $LKLOAD_DIR/lk: one that is already here with the right SHA-256, else a downloaded release,
# else what lkload has pushed. Writes only below $LKLOAD_BASE.
# Parameters: LKLOAD_RUN, LKLOAD_HOST, LKLOAD_CLI_VERSION, LKLOAD_CLI_SOURCE (download, push or path),
# LKLOAD_CLI_ARCH, LKLOAD_CLI_SHA256 (of the binary for it; may be empty for download), LKLOAD_CLI_BASEURL,
# LKLOAD_CLI_PATH (may be empty).
# Prints lk.path, lk.version, lk.sha256 and lk.source, or another_arch=<this host's>, or push=<file>: the binary is
# wanted there, executable, unpacked by one of the programs of `unpack=`.

# OpenSSL uses what the processor has for it, and takes a fifth of the time for a binary as large as lk.
sha256_of() {
  local sum
  if ! { sum=$(openssl dgst -sha256 -r "$1" 2>/dev/null) && [[ $sum =~ ^[0-9a-f]{64}\  ]]; }; then
    sum=$(sha256sum "$1" 2>/dev/null) || return 1
  fi
  SHA256=${sum%% *}
}

# is_wanted FILE [SHA256]: the file has the given digest, by default the pinned one.
is_wanted() {
  local wanted=${2:-$LKLOAD_CLI_SHA256}
  [ -n "$wanted" ] && [ -f "$1" ] && sha256_of "$1" && [ "$SHA256" = "$wanted" ]
}

# What this host already has: of this run, of another run on it, on the PATH, or where the user's own stands.
find_present() {
  local file name
  CACHED=$LKLOAD_BASE/cli/$LKLOAD_CLI_VERSION-${LKLOAD_CLI_SHA256:-release}
  # A release that was downloaded and checked before: its digest stands beside it.
  if [ -z "$LKLOAD_CLI_SHA256" ]; then
    is_wanted "$CACHED/lk" "$(cat "$CACHED/sha256" 2>/dev/null)" || return 1
    PRESENT=$CACHED/lk SOURCE=kept
    return 0
  fi
  name=$(command -v lk 2>/dev/null)
  for file in "$CACHED/lk" ${LKLOAD_CLI_PATH:+"$LKLOAD_CLI_PATH"} ${name:+"$name"}; do
    if is_wanted "$file"; then
      PRESENT=$file SOURCE=kept
      if [ "$file" != "$CACHED/lk" ]; then SOURCE="kept: $file"; fi
      return 0
    fi
  done
  return 1
}

# fetch URL FILE
fetch() {
  local output
  if command -v curl >/dev/null; then
    output=$(curl -fsSL --retry 2 --connect-timeout 10 --max-time 600 -o "$2" "$1" 2>&1) && return
  elif command -v wget >/dev/null; then
    output=$(wget -q --tries=3 --connect-timeout=10 -O "$2" "$1" 2>&1) && return
    output=${output:-wget exit code $?}
  else
    output='neither curl nor wget is installed'
  fi
  die "cannot download $1: ${output//$'\n'/ }; set livekit.cli.source: push to send lk from the machine that runs lkload"
}

download() {
  local name=lk_${LKLOAD_CLI_VERSION}_linux_$ARCH.tar.gz base=$LKLOAD_CLI_BASEURL/v$LKLOAD_CLI_VERSION wanted
  fetch "$base/checksums.txt" "$DRAFT/checksums.txt"
  wanted=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1; exit }' "$DRAFT/checksums.txt")
  [[ $wanted =~ ^[0-9a-f]{64}$ ]] || die "$base/checksums.txt does not name $name"
  fetch "$base/$name" "$DRAFT/$name"
  is_wanted "$DRAFT/$name" "$wanted" ||
    die "$base/$name has SHA-256 $SHA256, but the release's checksums.txt says $wanted: damaged, or not the release"
  tar -xzf "$DRAFT/$name" -C "$DRAFT" lk 2>/dev/null || tar -xzf "$DRAFT/$name" -C "$DRAFT" ./lk 2>/dev/null ||
    die "$base/$name holds no lk"
}

take_pushed() {
  local pushed=$LKLOAD_DIR/lk.pushed
  if [ ! -f "$pushed" ]; then
    command -v zstd >/dev/null && fact unpack zstd
    fact unpack gzip
    fact push "$pushed"
    exit 0
  fi
  mv -T "$pushed" "$DRAFT/lk" || die "cannot write to $LKLOAD_DIR"
}

check_elf() {
  local header machine
  header=$(od -An -tx1 -N20 "$1" | tr -d ' \n')
  [[ $header == 7f454c46* ]] || die "lk is not a Linux program"
  case ${header:36:4} in
    3e00) machine=amd64 ;;
    b700) machine=arm64 ;;
    *) machine=another ;;
  esac
  [ "$machine" = "$ARCH" ] || die "lk is built for $machine; this host is $ARCH"
}

# Sets VERSION; the kernel's and the loader's reasons in words that help.
ask_version() {
  local output code libc
  output=$(HOME=$LKLOAD_DIR timeout 20 "$1" --version 2>&1 </dev/null)
  code=$?
  if ((code == 0)); then
    VERSION=${output##*version }
    VERSION=${VERSION#v}
    VERSION=${VERSION%%[!0-9.]*}
    return
  fi
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || libc='no glibc'
  case $output in
    *GLIBC_*) die "lk needs a newer glibc ($(grep -o 'GLIBC_[0-9.]*' <<<"$output" | sort -uV | tail -n 1)); this host has $libc: use a newer system image" ;;
    *'No such file'* | *'not found'*) die "lk needs glibc 2.28 or newer; this host has $libc: use a system image with glibc" ;;
    *) die "lk does not run here: ${output//$'\n'/ } (exit code $code)" ;;
  esac
}

store() {
  check_elf "$DRAFT/lk"
  sha256_of "$DRAFT/lk" || die "cannot read the new lk"
  if [ -n "$LKLOAD_CLI_SHA256" ] && [ "$SHA256" != "$LKLOAD_CLI_SHA256" ]; then
    die "lk has SHA-256 $SHA256, but $LKLOAD_CLI_SHA256 is expected: check livekit.cli.sha256, and where lk comes from"
  fi
  chmod 0700 "$DRAFT/lk"
  printf '%s\n' "$SHA256" >"$DRAFT/sha256"
  rm -rf "$CACHED" "$DRAFT"/*.tar.gz "$DRAFT/checksums.txt"
  { mkdir -p "${CACHED%/*}" && mv -T "$DRAFT" "$CACHED"; } || die "cannot write below $LKLOAD_BASE: is the disk full?"
  PRESENT=$CACHED/lk SOURCE=$LKLOAD_CLI_SOURCE
}

# A hard link costs nothing and survives other runs; a symlink serves what stands elsewhere. The name must be lk.
link_here() {
  [ "$LKLOAD_DIR/lk" -ef "$PRESENT" ] && return
  rm -f "$LKLOAD_DIR/lk"
  if [ "$PRESENT" = "$CACHED/lk" ]; then ln "$PRESENT" "$LKLOAD_DIR/lk"; else ln -s "$PRESENT" "$LKLOAD_DIR/lk"; fi ||
    die "cannot write to $LKLOAD_DIR"
  fact changed "lk $LKLOAD_CLI_VERSION at $LKLOAD_DIR/lk"
}

# Device, file, size, and when it was last written to or otherwise changed.
readonly SIGNATURE='%d %i %s %y %z'

# What was proven here before and has not been touched since need not be proven again: hashing and running lk takes
# longer than all the rest.
still_proven() {
  local sha256 version signature
  { read -r sha256 version signature <"$LKLOAD_DIR/lk.proven"; } 2>/dev/null || return 1
  [ "$version" = "$LKLOAD_CLI_VERSION" ] && [ "$sha256" = "${LKLOAD_CLI_SHA256:-$sha256}" ] || return 1
  [ "$(stat -Lc "$SIGNATURE" "$LKLOAD_DIR/lk" 2>/dev/null)" = "$signature" ] || return 1
  report "$sha256" "$version" kept
}

prove() {
  printf '%s %s %s\n' "$SHA256" "$VERSION" "$(stat -Lc "$SIGNATURE" "$LKLOAD_DIR/lk")" >"$LKLOAD_DIR/lk.proven"
}

# report SHA256 VERSION SOURCE
report() {
  fact lk.path "$LKLOAD_DIR/lk"
  fact lk.version "$2"
  fact lk.sha256 "$1"
  fact lk.source "$3"
}

main() {
  know_machine
  if [ "$ARCH" != "$LKLOAD_CLI_ARCH" ]; then
    # What lkload was told of the binary is not for this host.
    fact another_arch "$ARCH"
    return
  fi
  make_dirs
  still_proven && return
  lock_base
  SHA256='' DRAFT=$LKLOAD_DIR/lk.draft
  if ! find_present; then
    rm -rf "$DRAFT"
    trap 'rm -rf "$DRAFT"' EXIT
    mkdir "$DRAFT" || die "cannot write to $LKLOAD_DIR"
    if [ "$LKLOAD_CLI_SOURCE" = download ]; then download; else take_pushed; fi
    store
  fi
  check_elf "$PRESENT"
  link_here
  ask_version "$LKLOAD_DIR/lk"
  [ "$VERSION" = "$LKLOAD_CLI_VERSION" ] ||
    die "this lk says it is version $VERSION; $LKLOAD_CLI_VERSION is wanted: set livekit.cli.version to match"
  prove
  report "$SHA256" "$VERSION" "$SOURCE"
}

main "$@" </dev/null
exit
