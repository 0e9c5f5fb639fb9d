/** The real terraform against a stand-in for its provider: many VMs, chosen failures, chosen interrupts. No cloud. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { explain } from "../../../src/fleet/openstack/explain.ts";
import { runSelection } from "../../../src/fleet/openstack/inventory.ts";
import { removeRun } from "../../../src/fleet/openstack/remove-run.ts";
import { findLeftovers } from "../../../src/fleet/openstack/sweep.ts";
import { terraformEnvironment } from "../../../src/fleet/openstack/terraform/environment.ts";
import { TerraformFailure } from "../../../src/fleet/openstack/terraform/failure.ts";
import { readVms } from "../../../src/fleet/openstack/terraform/outputs.ts";
import type { TerraformEvent } from "../../../src/fleet/openstack/terraform/stream.ts";
import { parallelismFor } from "../../../src/fleet/openstack/terraform/terraform.ts";
import type { Call, StandInOptions } from "../../lab/terraform-provider/stand-in.ts";
import type { LoadGeneratorsSpec } from "../../../stacks/load-generators-spec.ts";
import { startStateServer } from "../../lab/state-server.ts";
import { tempDir } from "../../lab/temp-dir.ts";
import { provesConformance } from "./provider-conformance.ts";
import { smallCloud, type SmallCloud } from "./rest/small-cloud.ts";
import { modes, standInSpec } from "./stand-in-spec.ts";
import { standInStack, type StandInStack } from "./stand-in-stack.ts";

/** For all tests together; vitest limits each. */
const signal = AbortSignal.timeout(3_600_000);
const call = { signal, timeoutMs: 300_000, parallelism: 10 };
const server = "openstack_compute_instance_v2";
const port = "openstack_networking_port_v2";

let open: AsyncDisposableStack;
beforeEach(() => void (open = new AsyncDisposableStack()));
afterEach(() => open.disposeAsync());

type Options = StandInOptions & {
  cloud?: SmallCloud;
  backend?: LoadGeneratorsSpec["backend"];
  bootVolume?: LoadGeneratorsSpec["bootVolume"];
  onEvent?: (event: TerraformEvent) => void;
};

async function stackOf(vms: number, mode: keyof typeof modes, options: Options = {}): Promise<StandInStack> {
  const dir = open.use(await tempDir("stand-in"));
  const { backend = null, bootVolume = null } = options;
  const spec = { ...standInSpec(vms, modes[mode]), backend, bootVolume };
  return open.use(await standInStack(dir.path, spec, { ...options, signal }));
}

/** Everything in the cloud that the stack made, kind by kind. */
const counts = ({ cloud }: StandInStack) =>
  Object.fromEntries(
    Object.entries(cloud.items)
      .map(([list, items]) => [list, items.length] as const)
      .filter(([, count]) => count > 0),
  );

async function removed(stack: StandInStack, options: { besideMs?: number } = {}) {
  const { cloud, spec } = stack;
  const selection = runSelection(spec.marks);
  // SIGKILL can leave half a state: it is then removed without terraform, as a run does it.
  const terraform = await stack.terraform.stateCount().then(
    () => stack.terraform,
    () => null,
  );
  const result = await removeRun({ cloud: cloud.cloud, selection, terraform, parallelism: 50, signal, ...options });
  expect(result.left).toEqual([]);
  if (terraform !== null) expect(await terraform.stateCount()).toBe(0);
  expect(await findLeftovers(cloud.cloud, selection, { signal, timeoutMs: 0 })).toEqual([]);
  expect(counts(stack)).toEqual({});
  return result;
}

test("the stand-in does what the real provider does", async () => {
  const events: TerraformEvent[] = [];
  const { terraform, spec } = await stackOf(2, "existing", {
    onEvent: (event) => events.push(event),
    bootVolume: { sizeGb: 3, type: null },
  });
  await provesConformance({ terraform, spec, events }, signal);
});

test("100 VMs with ports and floating IPs: made, noted, and removed", async () => {
  const stack = await stackOf(100, "managed");
  const { terraform, spec } = stack;
  const planned = await terraform.plan(call);
  await terraform.apply({ ...call, parallelism: parallelismFor(100) });
  expect(counts(stack)).toMatchObject({ servers: 100, ports: 101, floatingips: 100, networks: 1, routers: 1 });
  expect(await terraform.stateCount()).toBe(planned.length);
  expect(readVms(await terraform.outputs(call)).map(({ name }) => name)).toEqual(spec.vms.map(({ name }) => name));
  // What was made is what was asked for: nothing is to be changed.
  expect(await terraform.plan(call)).toEqual([]);
  expect((await removed(stack)).destroyed).toBe(planned.length);
});

// A local state is written whole after each resource: 112 s of terraform's for these, and 175 s for destroying them.
test("1,000 VMs with their state somewhere else: made, noted, and removed", async () => {
  const state = open.use(await startStateServer());
  const stack = await stackOf(1000, "external", { backend: state.backend });
  await stack.terraform.apply({ ...call, timeoutMs: 600_000, parallelism: parallelismFor(1000) });
  expect(counts(stack)).toMatchObject({ servers: 1000, "security-groups": 1, "os-keypairs": 1 });
  expect(readVms(await stack.terraform.outputs(call))).toHaveLength(1000);
  const noted = await stack.terraform.stateCount();
  expect(noted).toBeGreaterThan(1000);
  expect((await removed(stack)).destroyed).toBe(noted);
  // Terraform writes such a state every 20 s, not after each resource: that is what makes it fast.
  expect(state.writes).toBeLessThan(100);
}, 1_200_000);

test("two runs in one project at the same time do not see each other", async () => {
  const cloud = open.use(await smallCloud({}));
  const takesMs: StandInOptions["takesMs"] = ({ type }) => (type === server ? 300 : 0);
  const ours = await stackOf(5, "managed", { cloud, takesMs });
  const theirs = await stackOf(5, "existing", { cloud, takesMs });
  await Promise.all([ours.terraform.apply(call), theirs.terraform.apply(call)]);
  const selection = ({ spec }: StandInStack) => runSelection(spec.marks);
  const list = () => findLeftovers(cloud.cloud, selection(theirs), { signal, timeoutMs: 0 });
  const before = await list();
  const { terraform } = ours;
  const { left } = await removeRun({
    cloud: cloud.cloud,
    selection: selection(ours),
    terraform,
    parallelism: 10,
    signal,
  });
  expect(left).toEqual([]);
  expect(await list()).toEqual(before);
  expect(await theirs.terraform.plan(call)).toEqual([]);
  await removed(theirs);
});

describe("a failure that is chosen", () => {
  const failureOf = async (stack: StandInStack): Promise<TerraformFailure> => {
    const error: unknown = await stack.terraform.apply(call).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(error).toBeInstanceOf(TerraformFailure);
    return explain(error as TerraformFailure, stack.cloud.cloud, signal);
  };
  const isVm = ({ type, name }: Call, number: string) => type === server && name.endsWith(number);

  test.each([
    ["No valid host was found. There are not enough hosts available.", "no-valid-host", "fewer or smaller VMs"],
    ["Quota exceeded for cores: Requested 4, but already used 36 of 38 cores", "quota", "larger quota"],
  ])("a server goes to ERROR, %s: the cloud's own reason, and the others are made", async (fault, kind, hint) => {
    const stack = await stackOf(10, "existing", {
      onCall: (call) => (isVm(call, "0007") && call.operation === "create" ? { error: fault } : undefined),
    });
    const failure = await failureOf(stack);
    expect(failure.problems).toMatchObject([{ kind, text: fault }]);
    expect(failure.hint).toContain(hint);
    expect(counts(stack)).toMatchObject({ servers: 10 });
    await removed(stack);
  });

  test("floating IPs are exhausted: said with what is in use, and one destroy removes the rest", async () => {
    const body = { NeutronError: { type: "OverQuota", message: "Quota exceeded for resources: ['floatingip']." } };
    let given = 0;
    const stack = await stackOf(6, "existing", {
      onCall: ({ type, operation }) =>
        type === "openstack_networking_floatingip_v2" && operation === "create" && ++given > 3
          ? {
              refused: `Error creating floatingip: Expected HTTP response code [201 202] but got 409 instead: ${JSON.stringify(body)}`,
            }
          : undefined,
    });
    stack.cloud.answers = { quotas: { quota: { floatingip: { used: 3, limit: 3, reserved: 0 } } } };
    const failure = await failureOf(stack);
    expect(failure.problems).toHaveLength(3);
    expect(failure.message).toContain("3 of 3 floating IPs in use");
    expect(counts(stack)).toMatchObject({ floatingips: 3 });
    await removed(stack);
  });

  test("a delete that is refused is tried again", async () => {
    let refusals = 1;
    const stack = await stackOf(3, "external", {
      onCall: (call) =>
        isVm(call, "0002") && call.operation === "delete" && refusals-- > 0
          ? { refused: "unexpected state 'ERROR'" }
          : undefined,
    });
    await stack.terraform.apply(call);
    await removed(stack);
    expect(refusals).toBeLessThanOrEqual(0);
  });
});

test("what a killed apply still makes while terraform destroys: found, removed, and not waited for", async () => {
  const cloud = open.use(await smallCloud({}));
  let late = false;
  const stack = await stackOf(2, "managed", {
    cloud,
    onCall: async ({ type, operation }) => {
      if (operation !== "delete" || !/_(subnet|router)_v2$/.test(type)) return undefined;
      const ports = () => cloud.items["ports"] ?? [];
      if (!late) {
        late = true;
        const device = { device_owner: "network:router_interface", device_id: cloud.items["routers"]?.[0]?.id };
        cloud.items["ports"] = [...ports(), { id: "late", name: "", ...device }];
      }
      // Neutron refuses both as long as it is there, and the real provider asks again, for ten minutes.
      while (ports().some(({ id }) => id === "late")) await delay(50, undefined, { signal });
      return undefined;
    },
  });
  await stack.terraform.apply(call);
  const { deleted } = await removed(stack, { besideMs: 200 });
  expect(late).toBe(true);
  expect(deleted).toMatchObject([{ kind: "router interface", id: "late" }]);
});

describe("an interrupt at a moment that is chosen", () => {
  test("one SIGINT while ports are being made: what the state does not know is found and removed", async () => {
    const interrupt = new AbortController();
    let made = 0;
    const stack = await stackOf(20, "managed", {
      takesMs: ({ type, operation }) => (type === port && operation === "create" ? 60_000 : 0),
      onMade: ({ type }) => {
        if (type === port && ++made === 5) interrupt.abort(new Error("enough"));
      },
    });
    await expect(
      stack.terraform.apply({ ...call, signal: interrupt.signal, parallelism: parallelismFor(20) }),
    ).rejects.toThrow("enough");
    const ports = stack.cloud.items["ports"] ?? [];
    const known = await stack.terraform.stateIds();
    expect(ports.filter(({ id }) => !known.has(String(id))).length).toBeGreaterThanOrEqual(5);
    await removed(stack);
  });

  test.each([
    [port, "existing"],
    [server, "existing"],
    ["openstack_networking_router_interface_v2", "managed"],
    ["openstack_networking_floatingip_v2", "existing"],
    ["openstack_compute_servergroup_v2", "external"],
  ] as const)("SIGKILL once a %s is there: nothing is left", async (type, mode) => {
    const { promise: there, resolve } = Promise.withResolvers<void>();
    const stack = await stackOf(5, mode, {
      takesMs: (call) => (call.type === type && call.operation === "create" ? 500 : 0),
      onMade: (call) => {
        if (call.type === type && call.operation === "create") resolve();
      },
    });
    const child = spawn(stack.binary.path, ["apply", "-json", "-auto-approve", "-input=false"], {
      cwd: stack.dir,
      env: terraformEnvironment(stack.env, stack.cliConfigFile),
      stdio: "ignore",
    });
    const closed = once(child, "close");
    await Promise.race([there, closed.then(() => Promise.reject(new Error("terraform ended before")))]);
    child.kill("SIGKILL");
    await closed;
    await removed(stack);
  });
});
