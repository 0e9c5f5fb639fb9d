"""second-project.py NAME - another project that the current user may work in; `delete` before the name undoes it."""
import os
import sys

from admin import conn

idn = conn.identity
if sys.argv[1] == "delete":
    idn.delete_project(idn.find_project(sys.argv[2]))
    sys.exit()
project = idn.create_project(name=sys.argv[1], domain_id=(idn.find_domain("default") or idn.find_domain("Default")).id)
idn.assign_project_role_to_user(project, idn.find_user(os.environ["OS_USERNAME"]), idn.find_role("member"))
