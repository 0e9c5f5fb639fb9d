"""quota.py KEY=VALUE… - sets quotas of the current project, as the administrator: instances=1 floatingips=0; `reset` undoes it."""
import os
import sys

from admin import conn

setters = {
    **dict.fromkeys(("instances", "cores", "ram"), conn.set_compute_quotas),
    **dict.fromkeys(("volumes", "gigabytes"), conn.set_volume_quotas),
}
project = conn.identity.find_project(os.environ["OS_PROJECT_NAME"])
if sys.argv[1:] == ["reset"]:
    conn.delete_compute_quotas(project.id)
    conn.delete_network_quotas(project.id)
    conn.delete_volume_quotas(project.id)
for word in sys.argv[1:]:
    if "=" not in word:
        continue
    key, value = word.split("=")
    setters.get(key, conn.set_network_quotas)(project.id, **{key: int(value)})
