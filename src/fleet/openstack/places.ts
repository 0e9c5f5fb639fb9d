/** Where a run keeps what belongs to each of its clouds. Paths only. */
import { join } from "node:path";
import type { OpenstackPlan } from "../../plan/plan.ts";
import { stackPath } from "./stack-path.ts";

export type CloudPlan = OpenstackPlan["clouds"][number];

export type Place = {
  /** Its name in the run folder and the journal. */
  name: string;
  /** For people. */
  where: string;
  plan: CloudPlan;
  /** CDKTF's output. */
  outDir: string;
  /** Where terraform runs, with `cdk.tf.json`. */
  dir: string;
  cliConfigFile: string;
};

export function placesOf(plan: OpenstackPlan, runDir: string): Place[] {
  return plan.clouds.map((cloud, index) => {
    const name = plan.clouds.length === 1 ? "cloud" : `cloud-${index + 1}`;
    const outDir = join(runDir, "terraform", name);
    return {
      name,
      where: whereOf(cloud),
      plan: cloud,
      outDir,
      dir: join(outDir, stackPath),
      cliConfigFile: join(outDir, "terraform.rc"),
    };
  });
}

export function whereOf({ cloud, region }: Pick<CloudPlan, "cloud" | "region">): string {
  const named = cloud === null ? "OpenStack" : `cloud ${cloud}`;
  return region === null ? named : `${named}, region ${region}`;
}

/** The run's own key and the pinned host keys. */
export function sshFiles(runDir: string): { dir: string; identity: string; knownHosts: string } {
  const dir = join(runDir, "ssh");
  return { dir, identity: join(dir, "id_ed25519"), knownHosts: join(dir, "known_hosts") };
}
