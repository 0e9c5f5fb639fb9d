/** A stack of two small VMs in the lab's cloud, with the real terraform and provider. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cloudInit } from "../../../src/fleet/openstack/cloud-init.ts";
import { keyComment, runName, type RunMarks } from "../../../src/fleet/openstack/marks.ts";
import { Cloud } from "../../../src/fleet/openstack/rest/cloud.ts";
import { findCredentials } from "../../../src/fleet/openstack/rest/find-credentials.ts";
import { findTerraform } from "../../../src/fleet/openstack/terraform/binary.ts";
import { writeCliConfig } from "../../../src/fleet/openstack/terraform/cli-config.ts";
import { Terraform } from "../../../src/fleet/openstack/terraform/terraform.ts";
import type { TerraformEvent } from "../../../src/fleet/openstack/terraform/stream.ts";
import { newRunId } from "../../../src/plan/run-id.ts";
import type { LoadGeneratorsSpec, NetworkSpec } from "../../../stacks/load-generators-spec.ts";
import { synthesize } from "../../../stacks/load-generators.ts";
import { projectEnv } from "../../lab/openstack/project.ts";
import { ensureProvider } from "../../lab/openstack/provider.ts";
import { runCommand } from "../../lab/run-command.ts";

export const user = "lkload";

export type LabStack = {
  marks: RunMarks;
  spec: LoadGeneratorsSpec;
  /** Where terraform runs. */
  dir: string;
  cliConfigFile: string;
  identityFile: string;
  terraform: Terraform;
};

export function newMarks(): RunMarks {
  const createdAtMs = Date.now();
  const runId = newRunId(createdAtMs, Math.random);
  return { prefix: "lkload", runId, createdAtMs, expiresAtMs: createdAtMs + 3600_000, owner: "lab" };
}

export async function connectCloud(signal: AbortSignal): Promise<Cloud> {
  return Cloud.connect(await findCredentials(null, { env: projectEnv(), home: "/nonexistent", cwd: "/" }), signal);
}

/** Synthesized and initialized, nothing made yet. */
export async function labStack(
  workDir: string,
  network: NetworkSpec,
  options: {
    signal: AbortSignal;
    vms?: number;
    onEvent?: (event: TerraformEvent) => void;
    changes?: Partial<LoadGeneratorsSpec>;
  },
): Promise<LabStack> {
  const marks = newMarks();
  const identityFile = join(workDir, "id");
  await runCommand("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", keyComment(marks), "-f", identityFile]);
  const publicKey = (await readFile(`${identityFile}.pub`, "utf8")).trim();
  const spec: LoadGeneratorsSpec = {
    marks,
    provider: { cloud: null, region: null },
    vms: Array.from({ length: options.vms ?? 2 }, (_, i) => ({ name: `${runName(marks)}-0${i + 1}` })),
    flavor: { name: "lab.small" },
    image: { nameRegex: "^debian-12$" },
    publicKey,
    network,
    sshCidrs: ["172.24.4.1/32"],
    availabilityZones: ["nova"],
    spreadOverHypervisors: true,
    configDrive: true,
    bootVolume: null,
    userData: cloudInit({ user, publicKey, ...marks }),
    ...options.changes,
  };
  const dir = synthesize(spec, join(workDir, "terraform"));
  const cliConfigFile = join(workDir, "terraform.rc");
  await writeCliConfig(cliConfigFile, { pluginCacheDir: "", mirrorDir: (await ensureProvider()).path });
  const { signal } = options;
  const binary = await findTerraform({ bin: null, env: process.env, signal });
  const onEvent = options.onEvent ?? (() => undefined);
  const terraform = new Terraform({ binary, dir, cliConfigFile, env: process.env, onEvent });
  await terraform.init({ signal, timeoutMs: 120_000 });
  return { marks, spec, dir, cliConfigFile, identityFile, terraform };
}
