#!/usr/bin/python3
"""bootstrap.py STEP - fill a fresh cloud (one process: each `openstack` command costs 2 s of Python start).

identity   users, roles, service endpoints
resources  provider network, flavors, the guest image
wait       until compute, volumes and the network agents report, and Placement knows what there is room for
"""
import configparser
import subprocess
import sys
import time

import openstack

PW = "labpass"
URL = "http://127.0.0.1"
conn = openstack.connect(
    auth=dict(auth_url=URL + ":5000/v3", username="admin", password=PW, project_name="admin",
              user_domain_name="Default", project_domain_name="Default"),
    region_name="RegionOne", compute_api_version="2.90")


def identity():
    idn = conn.identity
    domain = idn.find_domain("default") or idn.find_domain("Default")
    service_project = idn.create_project(name="service", domain_id=domain.id)
    roles = {r.name: r for r in idn.roles()}
    roles["service"] = roles.get("service") or idn.create_role(name="service")
    for name, kind, url in (("glance", "image", ":9292"), ("placement", "placement", ":8778"),
                            ("cinder", "volumev3", ":8776/v3/%(project_id)s"), ("nova", "compute", ":8774/v2.1"),
                            ("neutron", "network", ":9696")):
        user = idn.create_user(name=name, password=PW, domain_id=domain.id)
        idn.assign_project_role_to_user(service_project, user, roles["admin"])
        # By it Cinder knows Nova, which alone may detach the volume of a server.
        idn.assign_project_role_to_user(service_project, user, roles["service"])
        service = idn.create_service(name=name, type=kind)
        for interface in ("public", "internal", "admin"):
            idn.create_endpoint(service_id=service.id, interface=interface, url=URL + url, region_id="RegionOne")
    demo = idn.create_project(name="demo", domain_id=domain.id)
    user = idn.create_user(name="demo", password=PW, domain_id=domain.id, default_project_id=demo.id)
    idn.assign_project_role_to_user(demo, user, roles["member"])


def resources(images):
    net = conn.network
    ext = net.create_network(name="public", is_router_external=True, is_shared=False,
                             provider_network_type="flat", provider_physical_network="provider")
    net.create_subnet(name="public-subnet", network_id=ext.id, ip_version=4, cidr="172.24.4.0/24",
                      gateway_ip="172.24.4.1", is_dhcp_enabled=False,
                      allocation_pools=[{"start": "172.24.4.10", "end": "172.24.4.250"}])
    ext6 = net.create_network(name="public6", is_router_external=True, is_shared=False,
                              provider_network_type="flat", provider_physical_network="provider6")
    net.create_subnet(name="public6-subnet", network_id=ext6.id, ip_version=6, cidr="fd24:4::/64",
                      gateway_ip="fd24:4::1", is_dhcp_enabled=False)
    # Servers of project demo may sit on the provider networks themselves (without DHCP: the config drive has the address)
    for provider in (ext, ext6):
        net.create_rbac_policy(object_type="network", object_id=provider.id, action="access_as_shared",
                               target_project_id=conn.identity.find_project("demo").id)
    for name, vcpus, ram, disk in (("lab.small", 1, 512, 3), ("lab.medium", 1, 1024, 5), ("lab.large", 2, 2048, 8)):
        conn.compute.create_flavor(name=name, vcpus=vcpus, ram=ram, disk=disk)
    # Volumes of this type go to an error state: no backend has that name.
    conn.block_storage.create_type(name="lab.nowhere", extra_specs={"volume_backend_name": "nowhere"})
    ids = {}
    for kind in ("vmlinuz", "initrd"):
        img = conn.create_image("debian-12-" + kind, filename=f"{images}/debian-12.{kind}", disk_format="raw",
                                container_format="bare", visibility="public", wait=True, validate_checksum=False)
        ids[kind] = img.id
    conn.create_image("debian-12", filename=f"{images}/debian-12.qcow2", disk_format="qcow2", container_format="bare",
                      visibility="public", wait=True, validate_checksum=False, min_disk=2, min_ram=256,
                      kernel_id=ids["vmlinuz"], ramdisk_id=ids["initrd"],
                      hw_disk_bus="virtio", hw_vif_model="virtio", hw_rng_model="virtio", hw_video_model="none",
                      os_distro="debian", os_version="12",
                      os_command_line="root=/dev/vda ro console=ttyS0 net.ifnames=0 mitigations=off nokaslr "
                                      "quiet loglevel=4 systemd.show_status=0")


def room_is_told():
    """Whether nova-compute has told Placement what it has room for. What it tells first lacks nova.conf's own ratios."""
    config = configparser.ConfigParser(interpolation=None)
    config.read("/etc/nova/nova.conf")
    for provider in conn.placement.get("/resource_providers").json()["resource_providers"]:
        told = conn.placement.get(f"/resource_providers/{provider['uuid']}/inventories").json()["inventories"]
        ratios = {kind: told.get(name, {}).get("allocation_ratio")
                  for kind, name in (("cpu", "VCPU"), ("ram", "MEMORY_MB"), ("disk", "DISK_GB"))}
        return all(ratio == config.getfloat("DEFAULT", f"{kind}_allocation_ratio") for kind, ratio in ratios.items())
    return False


def compute_is_up():
    return any(s.binary == "nova-compute" and s.state == "up" for s in conn.compute.services())


def missing():
    """What is not up yet, in words; None when all is."""
    if not compute_is_up():
        return "nova-compute is not up"
    agents = [a.binary for a in conn.network.agents() if a.is_alive]
    if len(agents) < 4:
        return f"only these network agents are alive: {agents}"
    # This SDK has no call for it.
    told = conn.block_storage.get("/os-services").json()["services"]
    if not any(s["binary"] == "cinder-volume" and s["state"] == "up" for s in told):
        return "cinder-volume is not up"
    return None if room_is_told() else "Placement does not know nova.conf's ratios"


def wait(limit=600):
    end = time.time() + limit
    discovered = False
    while True:
        try:
            if not discovered and compute_is_up():
                subprocess.run(["nova-manage", "cell_v2", "discover_hosts"], check=True, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
                discovered = True
            lacks = missing()
        except Exception as error:  # A service that is warming up may answer anything.
            lacks = repr(error)
        if lacks is None:
            return
        if time.time() > end:
            sys.exit(f"not up in {limit} s: {lacks}")
        time.sleep(1)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
