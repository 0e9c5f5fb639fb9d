#!/usr/bin/env bash
# Writes this host's results as one gzipped tar to standard output, with the hashes of all in `manifest.sha256`. Facts
# go to standard error here.
# Parameters: LKLOAD_RUN, LKLOAD_HOST.

main() {
  local name files=()
  name_dirs
  cd "$LKLOAD_DIR" 2>/dev/null || die "$LKLOAD_DIR is not there: nothing was ever started on this host" >&2
  for name in generator.err segments.tsv stream.log; do
    [ -f "$name" ] && files+=("$name")
  done
  ((${#files[@]})) || die "$LKLOAD_DIR holds no results: the host was never armed" >&2
  find_generator
  if ((${#PIDS[@]})); then
    # Still being written: what is archived must be what was hashed.
    rm -rf snapshot
    { mkdir snapshot && cp -p "${files[@]}" snapshot/; } || die "no room for a copy of the results in $LKLOAD_DIR" >&2
    cd snapshot || exit 1
  fi
  sha256sum "${files[@]}" >manifest.sha256 || die "cannot write in $LKLOAD_DIR: is the disk full?" >&2
  # Fast compression: text of this kind shrinks tenfold at any level.
  tar -cf - --owner=0 --group=0 --numeric-owner manifest.sha256 "${files[@]}" | gzip -1
  local codes=("${PIPESTATUS[@]}")
  rm -rf "$LKLOAD_DIR/snapshot"
  ((codes[0] == 0 && codes[1] == 0)) || die "cannot archive the results in $LKLOAD_DIR" >&2
}

main "$@" </dev/null
exit
