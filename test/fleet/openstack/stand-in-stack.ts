/** A stack against the stand-in for the provider and a cloud of a few lists: the real terraform, no cloud, in seconds. */
import { join } from "node:path";
import type { TerraformBinary } from "../../../src/fleet/openstack/terraform/binary.ts";
import { writeCliConfig } from "../../../src/fleet/openstack/terraform/cli-config.ts";
import { Terraform } from "../../../src/fleet/openstack/terraform/terraform.ts";
import type { TerraformEvent } from "../../../src/fleet/openstack/terraform/stream.ts";
import type { LoadGeneratorsSpec } from "../../../stacks/load-generators-spec.ts";
import { synthesize } from "../../../stacks/load-generators.ts";
import { startStandIn, type StandIn, type StandInOptions } from "../../lab/terraform-provider/stand-in.ts";
import { labTerraform } from "../../lab/terraform.ts";
import { smallCloud, type SmallCloud } from "./rest/small-cloud.ts";

export interface StandInStack extends AsyncDisposable {
  spec: LoadGeneratorsSpec;
  dir: string;
  cliConfigFile: string;
  /** Terraform's. */
  env: Record<string, string | undefined>;
  terraform: Terraform;
  binary: TerraformBinary;
  standIn: StandIn;
  /** The same cloud, by its REST API. */
  cloud: SmallCloud;
}

/** Synthesized and initialized, nothing made yet. */
export async function standInStack(
  workDir: string,
  spec: LoadGeneratorsSpec,
  options: StandInOptions & {
    signal: AbortSignal;
    onEvent?: (event: TerraformEvent) => void;
    /** One that others use as well. Default: one of its own. */
    cloud?: SmallCloud;
  },
): Promise<StandInStack> {
  await using starting = new AsyncDisposableStack();
  const cloud = options.cloud ?? starting.use(await smallCloud({}));
  const standIn = starting.use(await startStandIn({ ...options, items: cloud.items }));
  const dir = synthesize(spec, join(workDir, "terraform"));
  const cliConfigFile = join(workDir, "terraform.rc");
  await writeCliConfig(cliConfigFile, { pluginCacheDir: join(workDir, "plugins"), mirrorDir: null });
  const { signal, onEvent = () => undefined } = options;
  const env = { ...process.env, ...standIn.env };
  const binary = await labTerraform(signal);
  const remoteState = (spec.backend ?? null) !== null;
  const terraform = new Terraform({ binary, dir, cliConfigFile, env, remoteState, onEvent });
  await terraform.init({ signal, timeoutMs: 60_000 });
  const running = starting.move();
  return {
    spec,
    dir,
    cliConfigFile,
    env,
    terraform,
    binary,
    standIn,
    cloud,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
