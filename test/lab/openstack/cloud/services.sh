#!/bin/bash
# services.sh LAB IMAGES - start all services inside the lab's namespaces (called by up.sh through bin/lab) and,
# on a fresh state, make databases, users, endpoints, networks, flavors and images.
set -euo pipefail
LAB=$1 IMAGES=$2
HERE=$(cd "$(dirname "$0")" && pwd)
PW=labpass
T0=$SECONDS
say() { printf '  [%3d s] %s\n' $((SECONDS-T0)) "$*"; }
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
# the machine's own Python settings must not reach the services (they use Debian's /usr/bin/python3)
unset PYTHONPATH PYENV_ROOT REQUESTS_CA_BUNDLE CURL_CA_BUNDLE || true
mkdir -p "$LAB/log" /run/lock/{nova,neutron,glance,cinder}
cd /

start() { # start NAME CMD...: a daemon, its log in log/NAME.log, its pid (inside the lab) in run/NAME.pid
    local n=$1; shift
    setsid "$@" > "$LAB/log/$n.log" 2>&1 < /dev/null &
    echo $! > "$LAB/run/$n.pid"
}
wait_port() { # wait_port NAME PORT SECONDS
    local i
    # The limits are for an idle machine; a busy one takes several times as long.
    for ((i=0; i<$3*25; i++)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null && return 0
        kill -0 "$(cat "$LAB/run/$1.pid")" 2>/dev/null || { echo "$1 ended:" >&2; tail -20 "$LAB/log/$1.log" >&2; return 1; }
        sleep 0.2
    done
    echo "$1: no answer on port $2 in $(($3*5)) s" >&2; tail -20 "$LAB/log/$1.log" >&2; return 1
}

# ---- network: the provider network's bridge and the tunnel endpoint -------------------------------------
ip link show br-ext >/dev/null 2>&1 || ip link add br-ext type bridge
ip addr replace 172.24.4.1/24 dev br-ext; ip link set br-ext up
# Neutron's way into br-ext: its agent puts ext0 into a bridge of its own (brq<network id>), where routers' and VMs'
# ports meet. (With bridge_mappings = provider:br-ext only routers reach br-ext: nova plugs a VM into brq<network id>
# in any case, and the agent leaves VM ports where nova put them, so that a VM on the provider network has no way out.)
ip link show ext0 >/dev/null 2>&1 || ip link add ext0 type veth peer name ext1
ip link set ext1 master br-ext; ip link set ext1 up; ip link set ext0 up
# A second provider network, of IPv6 alone.
ip link show br-ext6 >/dev/null 2>&1 || ip link add br-ext6 type bridge
ip addr replace fd24:4::1/64 dev br-ext6 nodad; ip link set br-ext6 up
ip link show ext2 >/dev/null 2>&1 || ip link add ext2 type veth peer name ext3
ip link set ext3 master br-ext6; ip link set ext3 up; ip link set ext2 up
ip link show br-tun >/dev/null 2>&1 || ip link add br-tun type bridge
ip addr replace 172.24.3.1/24 dev br-tun; ip link set br-tun up
# security groups: bridged frames must pass iptables (both are per network namespace)
sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1 net.ipv4.ip_forward=1
sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0

# ---- MariaDB and RabbitMQ ------------------------------------------------------------------------------
FRESH=
if [ ! -d /var/lib/mysql/mysql ]; then
    FRESH=1
    mariadb-install-db --no-defaults --user=root --datadir=/var/lib/mysql --auth-root-authentication-method=normal \
        --skip-test-db > "$LAB/log/mariadb-install.log" 2>&1
    say "MariaDB's data directory made"
fi
# no durability: the lab's state is worth nothing after a crash
start mariadb mariadbd --no-defaults --user=root --datadir=/var/lib/mysql --bind-address=127.0.0.1 \
    --socket=/run/mysqld/mysqld.sock --pid-file=/run/mysqld/mysqld.pid --skip-name-resolve --max-connections=500 \
    --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --innodb-flush-method=nosync --innodb-buffer-pool-size=256M \
    --character-set-server=utf8 --performance-schema=0
export RABBITMQ_MNESIA_BASE=/var/lib/rabbitmq/mnesia RABBITMQ_LOG_BASE=/var/log RABBITMQ_NODENAME=rabbit@localhost \
    ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_CTL_ERL_ARGS="" \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none" \
    RABBITMQ_PID_FILE=/run/rabbitmq.pid
start rabbitmq env HOME=/var/lib/rabbitmq /usr/lib/rabbitmq/bin/rabbitmq-server
wait_port mariadb 3306 60
say "MariaDB answers"

# ---- databases -----------------------------------------------------------------------------------------
if [ -n "$FRESH" ]; then
    for d in keystone glance placement cinder nova nova_api nova_cell0 neutron; do echo "CREATE DATABASE $d CHARACTER SET utf8;"; done |
        mariadb --no-defaults -uroot --socket=/run/mysqld/mysqld.sock
    # two lanes, one a core
    (   set -e
        keystone-manage db_sync
        keystone-manage fernet_setup --keystone-user root --keystone-group root
        keystone-manage credential_setup --keystone-user root --keystone-group root
        keystone-manage bootstrap --bootstrap-password $PW --bootstrap-region-id RegionOne \
            --bootstrap-admin-url http://127.0.0.1:5000/v3 --bootstrap-internal-url http://127.0.0.1:5000/v3 \
            --bootstrap-public-url http://127.0.0.1:5000/v3
        glance-manage db_sync
        placement-manage db sync
        cinder-manage db sync
    ) > "$LAB/log/dbsync-a.log" 2>&1 & a=$!
    (   set -e
        nova-manage api_db sync
        nova-manage cell_v2 map_cell0
        nova-manage cell_v2 create_cell --name cell1
        nova-manage db sync
    ) > "$LAB/log/dbsync-b.log" 2>&1 & b=$!
    neutron-db-manage --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini \
        upgrade head > "$LAB/log/dbsync-c.log" 2>&1 & c=$!
    wait $a || { tail -5 "$LAB/log/dbsync-a.log"; exit 1; }
    wait $b || { tail -5 "$LAB/log/dbsync-b.log"; exit 1; }
    wait $c || { tail -5 "$LAB/log/dbsync-c.log"; exit 1; }
    say "databases filled"
fi

# ---- control plane ---------------------------------------------------------------------------------------
# uWSGI closes each connection but does not say so: without the header clients that keep connections alive
# (openstacksdk, Go) use a dead one and fail with "Connection reset by peer".
wsgi() { # wsgi NAME PORT PROCESSES THREADS FILE
    start "$1" uwsgi --plugin python3 --http-socket "127.0.0.1:$2" --wsgi-file "$5" --master --lazy-apps \
        --processes "$3" --threads "$4" --enable-threads --thunder-lock --die-on-term --no-orphans \
        --add-header "Connection: close" --buffer-size 65535 --listen 100 --need-app --disable-logging --procname-prefix "$1-"
}
wsgi keystone 5000 2 4 /usr/bin/keystone-wsgi-public
wsgi placement 8778 1 4 /usr/bin/placement-api
wait_port keystone 5000 60
if [ -n "$FRESH" ]; then
    /usr/bin/python3 "$HERE/bootstrap.py" identity
    say "users and endpoints made"
fi
start glance glance-api --config-file /etc/glance/glance-api.conf
wait_port rabbitmq 5672 90
say "RabbitMQ answers"
NEU="--config-file /etc/neutron/neutron.conf"
start neutron-server neutron-server $NEU --config-file /etc/neutron/plugins/ml2/ml2_conf.ini
start nova-api nova-api
start nova-conductor nova-conductor
start nova-scheduler nova-scheduler
start libvirtd libvirtd -f /etc/libvirt/libvirtd.conf
wait_port neutron-server 9696 120
say "neutron-server answers"
mkdir -p /run/shim
# Cinder's NFS driver, and Nova for its volumes, mount a share. This kernel has no NFS: the share is a folder of this
# machine, bound to where it is wanted.
cat > /run/shim/mount <<'SH'
#!/bin/bash
[ "$1 $2" = "-t nfs" ] || exec /usr/bin/mount "$@"
source=${*: -2:1} target=${*: -1}
exec /usr/bin/mount --bind "${source#*:}" "$target"
SH
printf '#!/bin/sh\n' > /run/shim/mount.nfs
# Cinder calls `sudo cinder-rootwrap CONFIG COMMAND`; root it is already.
printf '#!/bin/sh\nshift 2\nexec "$@"\n' > /run/shim/sudo
chmod 755 /run/shim/*
wsgi cinder 8776 1 4 /usr/bin/cinder-wsgi
start cinder-scheduler cinder-scheduler
start cinder-volume env PATH=/run/shim:$PATH cinder-volume
# ebtables-nft 1.8.9 cannot delete a rule with --among-src ("RULE_DELETE failed (Invalid argument)"); the agent does so
# when a port comes back (reboot, stop and start), then tries again for ever and applies no security group change any
# more. For one address, --among-src X is the same as -s X, which can be deleted. (No ebtables-legacy in this kernel.)
cat > /run/shim/ebtables <<'SH'
#!/bin/bash
a=("$@")
for ((i=0; i<${#a[@]}; i++)); do
    [ "${a[i]}" = --among-src ] && [[ "${a[i+1]}" != *,* ]] && a[i]=-s
done
exec /usr/sbin/ebtables "${a[@]}"
SH
chmod 755 /run/shim/ebtables
start linuxbridge-agent env PATH=/run/shim:$PATH neutron-linuxbridge-agent $NEU --config-file /etc/neutron/plugins/ml2/linuxbridge_agent.ini
start dhcp-agent neutron-dhcp-agent $NEU --config-file /etc/neutron/dhcp_agent.ini
start l3-agent neutron-l3-agent $NEU --config-file /etc/neutron/l3_agent.ini
start metadata-agent neutron-metadata-agent $NEU --config-file /etc/neutron/metadata_agent.ini
start nova-compute env PATH=/run/shim:$PATH nova-compute
wait_port nova-api 8774 120
wait_port glance 9292 60
wait_port cinder 8776 60
say "nova-api, glance and cinder answer"

if [ -n "$FRESH" ]; then
    /usr/bin/python3 "$HERE/bootstrap.py" resources "$IMAGES"
    say "network, flavors, image made"
fi
/usr/bin/python3 "$HERE/bootstrap.py" wait
say "compute service and agents are up"
