"""flavor-for-one.py NAME - a flavor so large that the lab's hypervisor has room for one VM of it; `delete` before the name undoes it."""
import sys

from admin import conn

if sys.argv[1] == "delete":
    conn.compute.delete_flavor(conn.compute.find_flavor(sys.argv[2]))
    sys.exit()
(provider,) = conn.placement.get("/resource_providers").json()["resource_providers"]
memory = conn.placement.get(f"/resource_providers/{provider['uuid']}/inventories").json()["inventories"]["MEMORY_MB"]
room = (memory["total"] - memory["reserved"]) * memory["allocation_ratio"]
conn.compute.create_flavor(name=sys.argv[1], vcpus=1, ram=int(room * 0.6), disk=3)
