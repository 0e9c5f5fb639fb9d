#!/bin/bash
# enter.sh LAB CMD ARGS... - run a command inside the lab: its network, mount, PID, UTS and IPC namespaces.
LAB=$1; shift
pid=$(cat "$LAB/run/holder.pid" 2>/dev/null) || { echo "the lab is not up" >&2; exit 1; }
exec nsenter -t "$pid" -n -m -p -u -i -- /bin/sh -c 'cd "$0" 2>/dev/null; exec "$@"' "$PWD" "$@"
