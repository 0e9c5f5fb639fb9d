"""tenant-network.py NAME - a tenant network with a subnet behind a router to the network `public`."""
import sys

import openstack

net = openstack.connect().network
name = sys.argv[1]
network = net.create_network(name=name)
subnet = net.create_subnet(name=name, network_id=network.id, ip_version=4, cidr="10.72.0.0/24")
router = net.create_router(name=name, external_gateway_info={"network_id": net.find_network("public").id})
net.add_interface_to_router(router, subnet_id=subnet.id)
