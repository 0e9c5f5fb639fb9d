#!/bin/bash
# install.sh - install every Debian package the lab needs. Starts no service.
#
# Runs outside the lab's namespace (it is the only step besides image.sh that needs the Debian mirror).
# Idempotent: apt does nothing the second time. What is half installed by an apt that was killed is finished first.
set -euo pipefail

# 1. No service may be started by a package's postinst: the lab starts its own copies,
#    by hand, inside the lab's namespaces. (There is no systemd here, but sysv scripts would run.)
if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi

# 2. debconf answers. The Debian OpenStack packages ask whether to create a database
#    (dbconfig-common), register endpoints and so on; up.sh does all that itself.
debconf-set-selections <<'DC'
keystone keystone/configure_db boolean false
keystone keystone/create-admin-tenant boolean false
keystone keystone/register-endpoint boolean false
glance-common glance/configure_db boolean false
glance-api glance/register-endpoint boolean false
cinder-common cinder/configure_db boolean false
cinder-api cinder/register-endpoint boolean false
placement-common placement/configure_db boolean false
placement-api placement/register-endpoint boolean false
nova-common nova/configure_db boolean false
nova-api nova/register-endpoint boolean false
neutron-common neutron/configure_db boolean false
neutron-server neutron/register-endpoint boolean false
DC

PACKAGES=(
    # database and messaging
    mariadb-server rabbitmq-server
    # WSGI server for keystone, glance, placement, nova-api
    uwsgi-core uwsgi-plugin-python3
    # control plane (Zed)
    keystone glance-api placement-api
    nova-api nova-conductor nova-scheduler
    neutron-server
    cinder-api cinder-scheduler cinder-volume
    # compute
    nova-compute nova-compute-qemu
    libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils genisoimage
    # network agents
    neutron-linuxbridge-agent neutron-dhcp-agent neutron-l3-agent neutron-metadata-agent
    dnsmasq-base iptables ipset ebtables conntrack iputils-arping
    # clients and database drivers
    python3-openstackclient python3-pymysql
    # guest image
    debootstrap e2fsprogs cpio openssh-client bc
)

export DEBIAN_FRONTEND=noninteractive
wait_for_lock="-o DPkg::Lock::Timeout=900"
apt-get $wait_for_lock update -q
dpkg --configure -a
apt-get $wait_for_lock install -y -q --no-install-recommends \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
    "${PACKAGES[@]}"
