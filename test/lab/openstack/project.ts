/** The lab's project `demo`, for tests that run inside the lab's network (`npm run test:openstack` starts them there). */
import { join } from "node:path";
import { runCommand } from "../run-command.ts";

export const client = join(import.meta.dirname, "client");

export type ProjectContents = {
  servers: string[];
  volumes: string[];
  serverGroups: string[];
  keyPairs: string[];
  floatingIps: string[];
  ports: string[];
  routers: string[];
  networks: string[];
  subnets: string[];
  securityGroups: string[];
};

/** @throws Error outside of the lab */
export function projectEnv(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const names = Object.keys(env).filter((name) => name.startsWith("OS_"));
  if (env["LKLOAD_LAB_OPENSTACK"] === undefined)
    throw new Error("not in the lab: npm run test:openstack starts these tests");
  return Object.fromEntries(names.map((name) => [name, env[name] ?? ""]));
}

/** What is in the project (default: `demo`), by the cloud's own client. */
export async function projectContents(project?: string): Promise<ProjectContents> {
  return JSON.parse(await pythonIn(project, "list.py")) as ProjectContents;
}

/** Deletes everything in the project. Without parameters: hooks, which are called with some, take it as it is. */
export async function purgeProject(): Promise<void> {
  await python("purge.py");
}

/** Another project of the same user, emptied and deleted when it is disposed of. */
export async function withSecondProject(name: string): Promise<AsyncDisposable> {
  await python("second-project.py", name);
  return {
    [Symbol.asyncDispose]: async () => {
      await pythonIn(name, "purge.py");
      await python("second-project.py", "delete", name);
    },
  };
}

/** A flavor of which the hypervisor has room for one VM only, until it is disposed of. */
export async function withFlavorForOne(name: string): Promise<AsyncDisposable> {
  await python("flavor-for-one.py", name);
  return { [Symbol.asyncDispose]: async () => void (await python("flavor-for-one.py", "delete", name)) };
}

export async function makeTenantNetwork(name: string): Promise<void> {
  await python("tenant-network.py", name);
}

/** See client/decoys.py. */
export async function makeDecoys(prefix: string, runId: string): Promise<void> {
  await python("decoys.py", prefix, runId);
}

/** Sets quotas of the project, as `instances=1`, until they are disposed of. */
export async function withQuota(...quotas: string[]): Promise<AsyncDisposable> {
  await python("quota.py", ...quotas);
  return { [Symbol.asyncDispose]: async () => void (await python("quota.py", "reset")) };
}

/** Leaves so many addresses of the network `public` free until it is disposed of. */
export async function withFloatingIps(free: number): Promise<AsyncDisposable> {
  await python("floating-ip-pool.py", String(free));
  return { [Symbol.asyncDispose]: async () => void (await python("floating-ip-pool.py", "reset")) };
}

async function python(script: string, ...args: string[]): Promise<string> {
  return pythonIn(undefined, script, ...args);
}

/** Debian's own Python has the client. `-B`: it compiles nothing into this folder. */
async function pythonIn(project: string | undefined, script: string, ...args: string[]): Promise<string> {
  const env = project === undefined ? {} : { OS_PROJECT_NAME: project };
  return runCommand("/usr/bin/python3", ["-B", join(client, script), ...args], { env });
}
