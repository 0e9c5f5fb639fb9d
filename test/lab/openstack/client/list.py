"""Prints everything that the current project owns, kind by kind, as JSON: by the cloud's own client, not lkload's."""
import json

import openstack

conn = openstack.connect(compute_default_microversion="2.64")
net, nova, cinder, project = conn.network, conn.compute, conn.block_storage, conn.current_project_id


def names(items):
    return sorted(item.name or item.id for item in items)


print(json.dumps({
    "servers": names(nova.servers()),
    "volumes": names(cinder.volumes()),
    "serverGroups": names(nova.server_groups()),
    "keyPairs": names(nova.keypairs()),
    "floatingIps": sorted(ip.floating_ip_address for ip in net.ips(project_id=project)),
    # Neutron's DHCP agent makes one for each subnet, in its own time.
    "ports": sorted(f"{p.name} {p.device_owner}".strip() for p in net.ports(project_id=project)
                    if p.device_owner != "network:dhcp"),
    "routers": names(net.routers(project_id=project)),
    "networks": names(net.networks(project_id=project)),
    "subnets": names(net.subnets(project_id=project)),
    "securityGroups": names(g for g in net.security_groups(project_id=project) if g.name != "default"),
}))
