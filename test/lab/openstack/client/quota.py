"""quota.py KEY=VALUE… - sets quotas of the current project, as the administrator: instances=1 floatingips=0; `reset` undoes it."""
import os
import sys

import openstack

conn = openstack.connect(
    auth=dict(auth_url="http://127.0.0.1:5000/v3", username="admin", password="labpass", project_name="admin",
              user_domain_name="Default", project_domain_name="Default"),
    region_name="RegionOne")
project = conn.identity.find_project(os.environ["OS_PROJECT_NAME"])
if sys.argv[1:] == ["reset"]:
    conn.delete_compute_quotas(project.id)
    conn.delete_network_quotas(project.id)
for word in sys.argv[1:]:
    if "=" not in word:
        continue
    key, value = word.split("=")
    change = conn.set_compute_quotas if key in ("instances", "cores", "ram") else conn.set_network_quotas
    change(project.id, **{key: int(value)})
