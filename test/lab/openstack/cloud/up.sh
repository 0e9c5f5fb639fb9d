#!/bin/bash
# up.sh LAB IMAGES - start the lab: a one-node OpenStack (Zed) in one network namespace. Its state, configuration and
# logs are in the folder LAB, the guest image's files in IMAGES. After down.sh it starts again on the kept state.
set -euo pipefail
LAB=$1 IMAGES=$2
HERE=$(cd "$(dirname "$0")" && pwd)
NS=lkload-openstack
T0=$SECONDS
say() { printf '[%3d s] %s\n' $((SECONDS-T0)) "$*"; }
mkdir -p "$LAB"; cd "$LAB"
rm -rf run; mkdir -p run log

# ---- configuration and state directories -------------------------------------------------------------
# Copies of the packages' own /etc directories; conf.sh then writes our files over them. They are
# bind-mounted over /etc/<name> in the lab's mount namespace only.
for d in keystone glance placement cinder nova neutron libvirt rabbitmq; do
    mkdir -p "etc/$d"; cp -a "/etc/$d/." "etc/$d/"
done
for d in mysql rabbitmq keystone glance placement cinder nova neutron libvirt; do mkdir -p "state/lib/$d"; done
mkdir -p state/lib/glance/images state/lib/nova/instances state/lib/neutron/lock state/lib/libvirt/{images,boot,qemu,dnsmasq,network} state/lib/nova/tmp state/lib/cinder/{share,mnt,conversion}
bash "$HERE/conf.sh" "$LAB"

# ---- namespaces --------------------------------------------------------------------------------------
ip netns list | grep -qw "^$NS" || ip netns add "$NS"
# --kill-child and the PID namespace: when the holder ends, everything in the lab ends.
setsid nsenter --net="/run/netns/$NS" \
    unshare --mount --uts --ipc --pid --fork --kill-child --mount-proc --propagation private \
    bash "$HERE/holder.sh" "$LAB" > log/holder.log 2>&1 < /dev/null &
outer=$!
for _ in $(seq 600); do [ -e run/holder.ready ] && break; sleep 0.1; done
[ -e run/holder.ready ] || { cat log/holder.log; echo "up.sh: the holder did not start" >&2; exit 1; }
# the holder as seen from outside: the only child of `unshare`
pgrep -P "$outer" > run/holder.pid
echo "$outer" > run/outer.pid
say "namespaces ready (holder pid $(cat run/holder.pid))"

# ---- services ----------------------------------------------------------------------------------------
bash "$HERE/enter.sh" "$LAB" bash "$HERE/services.sh" "$LAB" "$IMAGES"
say "up"
