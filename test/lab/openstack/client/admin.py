"""The lab's administrator: for what a project can't do to itself."""
import openstack

conn = openstack.connect(
    auth=dict(auth_url="http://127.0.0.1:5000/v3", username="admin", password="labpass", project_name="admin",
              user_domain_name="Default", project_domain_name="Default"),
    region_name="RegionOne")
