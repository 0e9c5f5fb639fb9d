"""floating-ip-pool.py FREE - leaves so many addresses of the network `public` to be had; `reset` gives all back."""
import ipaddress
import sys

from admin import conn

net = conn.network
subnet = net.find_subnet("public-subnet")
first, last = ipaddress.ip_address("172.24.4.10"), ipaddress.ip_address("172.24.4.250")
pools = [(first, last)]
if sys.argv[1] != "reset":
    # Neutron gives any address of the pool, not the first one: those in use may lie anywhere, and outside of the pool.
    used = {ipaddress.ip_address(ip["ip_address"]) for port in net.ports(network_id=subnet.network_id)
            for ip in port.fixed_ips}
    unused = [address for address in (first + i for i in range(int(last) - int(first) + 1)) if address not in used]
    pools = [(address, address) for address in unused[:int(sys.argv[1])]]
net.update_subnet(subnet, allocation_pools=[{"start": str(start), "end": str(end)} for start, end in pools])
