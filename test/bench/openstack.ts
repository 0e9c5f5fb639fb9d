/** OpenStack without a cloud: the real terraform and a stand-in for its provider, lkload against terraform alone. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { runSelection } from "../../src/fleet/openstack/inventory.ts";
import { removeRun } from "../../src/fleet/openstack/remove-run.ts";
import { terraformEnvironment } from "../../src/fleet/openstack/terraform/environment.ts";
import { parallelismFor } from "../../src/fleet/openstack/terraform/terraform.ts";
import { modes, standInSpec } from "../fleet/openstack/stand-in-spec.ts";
import { standInStack, type StandInStack } from "../fleet/openstack/stand-in-stack.ts";
import { tempDir } from "../lab/temp-dir.ts";
import type { StandInOptions } from "../lab/terraform-provider/stand-in.ts";
import type { BenchContext, Measurement, Row } from "./measurement.ts";
import { median } from "./statistics.ts";
import { timedChild } from "./timed-child.ts";

const vms = 100;
const server = "openstack_compute_instance_v2";
/** What a VM took to be deleted in the lab's cloud on a busy machine, and takes in large ones. */
const slowDeleteMs = 5000;
const createMs = 1000;
const applyTurns = 5;
const synthTurns = 5;

export const openstack: Measurement = {
  name: "openstack",
  tools: [],
  async run(context: BenchContext): Promise<Row[]> {
    return [await synth(context), await apply(context), await destroy(context)];
  },
};

async function synth({ progress, signal }: BenchContext): Promise<Row> {
  const times = { whole: [] as number[], synth: [] as number[] };
  for (let turn = 0; turn <= synthTurns; turn++) {
    progress.say(`openstack: synthesizing 1,000 VMs, ${turn} of ${synthTurns}`);
    await using dir = await tempDir("bench-synth");
    const child = join(import.meta.dirname, "openstack", "child.ts");
    const { stdout } = await timedChild(process.execPath, [child, dir.path, "1000"], { signal });
    const { wholeMs, synthMs } = JSON.parse(stdout) as { wholeMs: number; synthMs: number };
    // The first turn fills the disk cache and is not counted.
    if (turn === 0) continue;
    times.whole.push(wholeMs / 1000);
    times.synth.push(synthMs / 1000);
  }
  return {
    name: "synthesize 1,000 VMs",
    unit: "s",
    measured: median(times.whole),
    peer: null,
    target: { kind: "at-most", value: 0.6 },
    note: `median of ${synthTurns} fresh processes, network mode existing (3,000 resources), from before CDKTF and the bindings are loaded; without loading them ${median(times.synth).toFixed(2)} s`,
  };
}

async function apply({ progress, signal }: BenchContext): Promise<Row> {
  const times = { lkload: [] as number[], bare: [] as number[] };
  for (let turn = 0; turn <= applyTurns; turn++) {
    // Each is first as often as the other, but for the turn that warms the stand-in up, which is not counted.
    const order = turn % 2 === 0 ? (["lkload", "bare"] as const) : (["bare", "lkload"] as const);
    for (const which of order) {
      progress.say(`openstack: ${which} makes ${vms} VMs, ${turn} of ${applyTurns}`);
      await using stack = await stackOf({ takesMs: ({ type }) => (type === server ? createMs : 0) }, signal);
      const parallelism = parallelismFor(vms);
      const started = performance.now();
      if (which === "lkload") await stack.terraform.apply({ signal, timeoutMs: 300_000, parallelism });
      else
        await terraformAlone(stack, ["apply", "-auto-approve", "-input=false", `-parallelism=${parallelism}`], signal);
      const seconds = (performance.now() - started) / 1000;
      mustHave(stack, vms);
      if (turn > 0) times[which].push(seconds);
    }
  }
  return {
    name: `make ${vms} VMs`,
    unit: "s",
    measured: median(times.lkload),
    peer: { name: "`terraform apply`, same parallelism", value: median(times.bare) },
    target: { kind: "times-at-most", value: 1.05 },
    note: `medians of ${applyTurns} by turns; ${createMs} ms per VM, parallelism ${parallelismFor(vms)}; lkload reads the stream of events beside it; spread ${spread(times.lkload)} and ${spread(times.bare)}`,
  };
}

function spread(seconds: readonly number[]): string {
  return `${Math.min(...seconds).toFixed(2)}–${Math.max(...seconds).toFixed(2)} s`;
}

async function destroy({ progress, signal }: BenchContext): Promise<Row> {
  const takesMs: StandInOptions["takesMs"] = ({ type, operation }) =>
    type === server && operation === "delete" ? slowDeleteMs : 0;
  const parallelism = parallelismFor(vms);
  const call = { signal, timeoutMs: 600_000, parallelism };
  const timed = async (name: string, work: (stack: StandInStack) => Promise<unknown>) => {
    progress.say(`openstack: ${name} deletes ${vms} slow VMs`);
    await using stack = await stackOf({ takesMs }, signal);
    await stack.terraform.apply(call);
    mustHave(stack, vms);
    const started = performance.now();
    await work(stack);
    const seconds = (performance.now() - started) / 1000;
    mustHave(stack, 0);
    return seconds;
  };
  const lkload = await timed("lkload", async ({ cloud, spec, terraform }) => {
    const { left } = await removeRun({ cloud: cloud.cloud, selection: runSelection(spec.marks), terraform, ...call });
    if (left.length > 0) throw new Error(`lkload left ${left.length} resources`);
  });
  const bare = await timed("terraform", (stack) =>
    terraformAlone(stack, ["destroy", "-auto-approve", "-input=false"], signal),
  );
  return {
    name: `delete ${vms} slow VMs`,
    unit: "s",
    measured: lkload,
    peer: { name: "`terraform destroy`, its defaults", value: bare },
    target: { kind: "times-faster", value: 2.5 },
    note: `${slowDeleteMs / 1000} s per VM; lkload's time has its search for orphans and the proof that nothing is left in it, of which 5 s are waiting for the project to settle`,
  };
}

async function stackOf(options: StandInOptions, signal: AbortSignal): Promise<StandInStack> {
  await using starting = new AsyncDisposableStack();
  const dir = starting.use(await tempDir("bench-openstack"));
  const stack = starting.use(await standInStack(dir.path, standInSpec(vms, modes.external), { ...options, signal }));
  const running = starting.move();
  return Object.assign({}, stack, { [Symbol.asyncDispose]: () => running.disposeAsync() });
}

/** In the stack's folder, with the same environment, and nobody who reads what it prints. */
async function terraformAlone(stack: StandInStack, args: readonly string[], signal: AbortSignal): Promise<void> {
  const env = terraformEnvironment(stack.env, stack.cliConfigFile);
  const child = spawn(stack.binary.path, args, { cwd: stack.dir, env, stdio: "ignore", signal });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`terraform ${args[0]} ended with exit code ${code}`);
}

function mustHave({ cloud }: StandInStack, count: number): void {
  const there = cloud.items["servers"]?.length ?? 0;
  if (there !== count) throw new Error(`${there} VMs are there instead of ${count}`);
}
