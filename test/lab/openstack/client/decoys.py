"""
decoys.py PREFIX RUN - things of somebody else whose names and marks are nearly a run's: one mark without the other,
another run's id that begins alike, a name that only contains the run's.
"""
import sys

import openstack

prefix, run = sys.argv[1:]
name = f"{prefix}-{run}"
marks = f"lkload-run={run} lkload-name={name}"
conn = openstack.connect(compute_default_microversion="2.64")
net, nova = conn.network, conn.compute
network = net.create_network(name=f"{name}-theirs")  # the name alone
net.create_subnet(name=f"my-{name}", network_id=network.id, ip_version=4, cidr="10.73.0.0/24", description=marks)
net.create_port(name="theirs", network_id=network.id, description=marks)  # the description alone
net.create_port(name=f"{name}x", network_id=network.id, description=f"lkload-run={run}x lkload-name={name}x")
net.create_security_group(name=name, description=f"lkload-run={run}")
net.create_router(name=f"{name}1", description=marks)
net.create_ip(floating_network_id=net.find_network("public").id, description=f"lkload-run={run} lkload-name={prefix}-other")
nova.create_keypair(name=name + "-theirs", public_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMi1zqKZPbVqlBxsWKxqFQqUBPhjdqWUxbSFpoxHfmqC " + run)
nova.create_server_group(name=f"{name}-theirs", policy="soft-anti-affinity")
conn.block_storage.create_volume(name=f"{name}-theirs", size=1)  # the name alone
conn.block_storage.create_volume(name="theirs", size=1, metadata={"lkload-run": run, "lkload-name": name})
