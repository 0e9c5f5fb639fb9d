/** What calls of the real command in the lab's cloud share: a LiveKit server that VMs reach, a folder, a configuration. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ConfigInput } from "../../src/config/schema.ts";
import { startLivekitServer, type LivekitServer } from "../lab/livekit-server.ts";
import { projectEnv } from "../lab/openstack/project.ts";
import { ensureProvider } from "../lab/openstack/provider.ts";

export interface OpenstackJob extends AsyncDisposable {
  readonly server: LivekitServer;
  /** Where lkload is called, with an `lkload.yaml`. */
  readonly cwd: string;
  readonly env: Record<string, string>;
  write(openstack: NonNullable<ConfigInput["openstack"]>): void;
}

/** Two of the smallest VMs, on the network that is named. */
export async function openstackJob(): Promise<OpenstackJob> {
  await using starting = new AsyncDisposableStack();
  const [{ path: mirror }, server] = await Promise.all([
    ensureProvider(),
    startLivekitServer({ bindAddress: "172.24.4.1" }),
  ]);
  starting.use(server);
  const cwd = mkdtempSync(join(tmpdir(), "lkload-openstack-"));
  starting.defer(() => rmSync(cwd, { recursive: true, force: true }));
  const running = starting.move();
  return {
    server,
    cwd,
    env: { ...projectEnv(), ...server.env },
    write: (openstack) => {
      const config: ConfigInput = {
        load: { participants: 4, duration: "10s" },
        openstack: {
          vms: 2,
          flavor: "lab.small",
          image: { regex: "^debian-12$" },
          sshFrom: ["172.24.4.1/32"],
          terraform: { mirror },
          ...openstack,
        },
      };
      writeFileSync(join(cwd, "lkload.yaml"), stringify(config));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

export const networks = {
  external: { mode: "external", name: "public" },
  existing: { mode: "existing", name: "tenant-net", floatingIpPool: "public" },
  managed: { mode: "managed", floatingIpPool: "public", cidr: "10.74.0.0/24" },
} as const;
