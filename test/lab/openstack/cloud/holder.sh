#!/bin/bash
# holder.sh LAB - the lab's "PID 1": started by up.sh in fresh mount, PID, UTS and IPC namespaces inside the
# network namespace. Prepares the private mounts, then waits; every other process of the lab joins it
# through enter.sh. When it ends, the kernel ends all of the lab's processes with it.
set -eu
LAB=$1
hostname oslab
ip link set lo up

# A sysfs that shows this network namespace's devices (the agents read /sys/class/net).
mount -t sysfs sysfs /sys

# Private /run: libvirt's and RabbitMQ's sockets, and the nested network namespaces (qdhcp-*, qrouter-*)
# that Neutron makes in /run/netns. They are never seen from outside.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/netns /run/lock /run/libvirt /run/mysqld /run/neutron /run/nova /run/user/0
mount --bind /run/netns /run/netns && mount --make-shared /run/netns

# Configuration and state come from $LAB/etc and $LAB/state: the machine's own stay as they are.
for d in "$LAB"/etc/*/; do d=$(basename "$d"); mount --bind "$LAB/etc/$d" "/etc/$d"; done
for d in "$LAB"/state/lib/*/; do d=$(basename "$d"); mount --bind "$LAB/state/lib/$d" "/var/lib/$d"; done
mkdir -p "$LAB/log/services"; mount --bind "$LAB/log/services" /var/log
printf '127.0.0.1 localhost\n127.0.1.1 oslab\n' > "$LAB/etc/hosts"
mount --bind "$LAB/etc/hosts" /etc/hosts
: > "$LAB/etc/resolv.conf"; mount --bind "$LAB/etc/resolv.conf" "$(readlink -f /etc/resolv.conf)"

touch "$LAB/run/holder.ready"
# Reap what is orphaned, until killed. (bash as PID 1 reaps unknown children by itself.)
sleep infinity & 
while :; do wait $! || true; done
