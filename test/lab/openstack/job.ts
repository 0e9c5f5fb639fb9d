/** A folder to call lkload in, against the lab's cloud: its rc file, a configuration with its names, and `lkload`. */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { ensureLk } from "../binaries.ts";
import { root } from "./generator.ts";
import { ensureProvider } from "./provider.ts";

/** Of this machine, as the lab's VMs see it. */
export const controllerAddress = "172.24.4.1";

/** A load that two emulated processors carry. */
const smallLoad = {
  participants: 8,
  publishers: 1,
  // Without audio, whose 50 packets a second are what an emulated processor has its work with.
  audioPublishers: 0,
  videoResolution: "low",
  simulcast: false,
  // lk collects its garbage about 14 and 34 s after its start, which keeps an emulated processor busy for 3 s each time.
  duration: "20s",
};

/** Where the load is beside the point: two participants of whom one watches the other. */
export const smallestLoad = { ...smallLoad, participants: 2 };

/** @param changes to the sections `openstack` and `load` */
export async function writeJob(
  dir: string,
  changes: { openstack?: Record<string, unknown>; load?: Record<string, unknown> } = {},
): Promise<void> {
  const config = {
    // VMs have no way to a release server.
    livekit: { cli: { source: "path", path: await ensureLk() } },
    load: changes.load ?? smallLoad,
    openstack: {
      flavor: "lab.small",
      image: "debian-12",
      network: { mode: "existing", name: "tenant-net", floatingIpPool: "public" },
      terraform: { mirror: (await ensureProvider()).path },
      bootTimeout: "6m",
      ...changes.openstack,
    },
  };
  await writeFile(join(dir, "lkload.yaml"), stringify(config));
  await copyFile(join(process.env["LKLOAD_LAB_OPENSTACK"] ?? "", "openrc-demo"), join(dir, "openrc.sh"));
}

/** @returns a PATH with `lkload` of these sources on it */
export async function pathWithLkload(dir: string): Promise<string> {
  const bin = join(dir, "bin");
  await mkdir(bin, { recursive: true });
  const text = `#!/bin/sh\nexec '${process.execPath}' '${join(root, "src", "main.ts")}' "$@"\n`;
  await writeFile(join(bin, "lkload"), text, { mode: 0o755 });
  return `${bin}:${process.env["PATH"] ?? ""}`;
}
