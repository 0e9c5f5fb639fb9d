"""quota.py KEY=VALUE… - sets quotas of the current project, as the administrator: instances=1 floatingips=0; `reset` undoes it."""
import os
import sys

from admin import conn

project = conn.identity.find_project(os.environ["OS_PROJECT_NAME"])
if sys.argv[1:] == ["reset"]:
    conn.delete_compute_quotas(project.id)
    conn.delete_network_quotas(project.id)
    conn.delete_volume_quotas(project.id)
for word in sys.argv[1:]:
    if "=" not in word:
        continue
    key, value = word.split("=")
    if key in ("instances", "cores", "ram"):
        change = conn.set_compute_quotas
    else:
        change = conn.set_volume_quotas if key in ("volumes", "gigabytes") else conn.set_network_quotas
    change(project.id, **{key: int(value)})
