"""floating-ip-pool.py FREE - leaves so many addresses of the network `public` to be had; `reset` gives all back."""
import ipaddress
import sys

import openstack

conn = openstack.connect(
    auth=dict(auth_url="http://127.0.0.1:5000/v3", username="admin", password="labpass", project_name="admin",
              user_domain_name="Default", project_domain_name="Default"),
    region_name="RegionOne")
net = conn.network
subnet = net.find_subnet("public-subnet")
first, last = ipaddress.ip_address("172.24.4.10"), ipaddress.ip_address("172.24.4.250")
if sys.argv[1] != "reset":
    used = {ipaddress.ip_address(ip["ip_address"]) for port in net.ports(network_id=subnet.network_id)
            for ip in port.fixed_ips}
    free = int(sys.argv[1])
    address = first
    while free > 0:
        free -= address not in used
        last = address
        address += 1
    last = max([last, *(ip for ip in used if ip >= first)])
    taken = sum(first <= ip <= last for ip in used)
    if int(last) - int(first) + 1 - taken != int(sys.argv[1]):
        sys.exit("the addresses in use are not the first ones")
net.update_subnet(subnet, allocation_pools=[{"start": str(first), "end": str(last)}])
