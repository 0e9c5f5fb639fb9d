"""flavor-for-one.py NAME - a flavor so large that the lab's hypervisor has room for one VM of it; `delete` before the name undoes it."""
import sys

import openstack

conn = openstack.connect(
    auth=dict(auth_url="http://127.0.0.1:5000/v3", username="admin", password="labpass", project_name="admin",
              user_domain_name="Default", project_domain_name="Default"),
    region_name="RegionOne")
if sys.argv[1] == "delete":
    conn.compute.delete_flavor(conn.compute.find_flavor(sys.argv[2]))
    sys.exit()
(provider,) = conn.placement.get("/resource_providers").json()["resource_providers"]
memory = conn.placement.get(f"/resource_providers/{provider['uuid']}/inventories").json()["inventories"]["MEMORY_MB"]
room = (memory["total"] - memory["reserved"]) * memory["allocation_ratio"]
conn.compute.create_flavor(name=sys.argv[1], vcpus=1, ram=int(room * 0.6), disk=3)
