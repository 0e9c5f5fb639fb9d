#!/bin/bash
# down.sh LAB - end every process of the lab (all live in one PID namespace: ending its first process ends them all)
# and delete the network namespace. State and logs stay.
set -u
LAB=$1
HERE=$(cd "$(dirname "$0")" && pwd)
NS=lkload-openstack
cd "$LAB" || exit 0
if pid=$(cat run/holder.pid 2>/dev/null) && kill -0 "$pid" 2>/dev/null; then
    # orderly for the database, then the rest at once
    bash "$HERE/enter.sh" "$LAB" sh -c 'p=$(cat "$0/run/mariadb.pid") && kill "$p" && for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do kill -0 "$p" 2>/dev/null || break; sleep 0.3; done' "$LAB" 2>/dev/null
    kill -9 "$pid"
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
fi
rm -rf run
! ip netns list | grep -qw "^$NS" || ip netns delete "$NS"
