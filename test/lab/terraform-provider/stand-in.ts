/**
 * A stand-in for terraform's OpenStack provider, for what the real one and a real cloud can't be made to do in seconds:
 * a thousand VMs, failures of a resource that is chosen, interrupts at a moment that is chosen, deletes as slow as
 * wished. The real terraform binary talks to it over `TF_REATTACH_PROVIDERS`. Its schema is the real one's; what it
 * notes of an interrupted request is what the real one was seen to note.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { providerService, type Handlers, type Message } from "./protocol.ts";
import { Records, type Item, type Items } from "./records.ts";
import { decided, schemaMessage, withUnknowns } from "./schema.ts";
import { readValue, settled, writeValue, type Values } from "./values.ts";

export type Call = { operation: "create" | "delete"; type: string; name: string };

/**
 * What becomes of a call. `refused`: at once, nothing is made or deleted. `error`: a server that was made goes to ERROR
 * with this fault. Nothing: it succeeds.
 */
export type Fate = { refused: string } | { error: string } | undefined;

export type StandInOptions = {
  /** The cloud's lists, which calls change: shared with whoever answers for its REST API. */
  items?: Items;
  /** From being accepted to being done, in ms. Default 0. */
  takesMs?: (call: Call) => number;
  /** When a call has come; it goes on when the promise is settled. */
  onCall?: (call: Call) => Fate | Promise<Fate>;
  /** When what the call asked for exists, and terraform has not been told yet. */
  onMade?: (call: Call) => void;
};

export interface StandIn extends AsyncDisposable {
  readonly items: Items;
  /** For terraform's environment. */
  readonly env: { TF_REATTACH_PROVIDERS: string };
  /** Calls that have been done, in their order. */
  readonly calls: Call[];
}

/** By terraform's and by OpenTofu's registry. */
const addresses = ["registry.terraform.io", "registry.opentofu.org"].map(
  (registry) => `${registry}/terraform-provider-openstack/openstack`,
);

/** Nova's servers are noted before they are waited for; everything else is forgotten when the wait is interrupted. */
const notedBeforeWait = new Set(["openstack_compute_instance_v2"]);

export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const items = options.items ?? {};
  const calls: Call[] = [];
  const dir = await mkdtemp(join(tmpdir(), "lkload-stand-in-"));
  const socket = join(dir, "s");
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  const { definition, implementation } = providerService(handlers(new Records(items), calls, options));
  server.addService(definition, implementation);
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  const plugin = {
    Protocol: "grpc",
    ProtocolVersion: 5,
    Pid: process.pid,
    // Terraform leaves the process alone.
    Test: true,
    Addr: { Network: "unix", String: socket },
  };
  const reattach = Object.fromEntries(addresses.map((address) => [address, plugin]));
  return {
    items,
    calls,
    env: { TF_REATTACH_PROVIDERS: JSON.stringify(reattach) },
    [Symbol.asyncDispose]: async () => {
      server.forceShutdown();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

class Stopped extends Error {
  constructor() {
    super("context canceled");
  }
}

function handlers(records: Records, calls: Call[], options: StandInOptions): Handlers {
  const { takesMs = () => 0, onCall = () => undefined, onMade = () => undefined } = options;
  const waiting = new Set<() => void>();
  // As in the real one: nothing that comes after the interrupt is begun, until another terraform comes.
  let stopped = false;
  const wait = (call: Call) =>
    new Promise<void>((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        waiting.delete(stop);
        reject(new Stopped());
      };
      const timer = setTimeout(() => {
        waiting.delete(stop);
        resolve();
      }, takesMs(call));
      waiting.add(stop);
    });

  const create = async (type: string, planned: Values): Promise<Message> => {
    const call: Call = { operation: "create", type, name: nameOf(planned) };
    const fate = await onCall(call);
    if (stopped) return applied(null, new Stopped().message);
    if (fate !== undefined && "refused" in fate) return applied(null, fate.refused);
    const { id, item } = records.make(type, settled(planned) as Values);
    const state = settled(decided("resource", type, planned, id)) as Values;
    const noted = notedBeforeWait.has(type) ? state : null;
    onMade(call);
    try {
      await wait(call);
    } catch (error) {
      if (error instanceof Stopped) return applied(noted, `error waiting for ${type} ${id}: ${error.message}`);
      throw error;
    }
    if (fate !== undefined) return applied(noted, failed(item, id, fate.error));
    calls.push(call);
    return applied(state);
  };

  const remove = async (type: string, prior: Values): Promise<Message> => {
    const call: Call = { operation: "delete", type, name: nameOf(prior) };
    const fate = await onCall(call);
    if (stopped) return applied(prior, new Stopped().message);
    if (fate !== undefined) return applied(prior, "refused" in fate ? fate.refused : fate.error);
    try {
      await wait(call);
    } catch (error) {
      if (error instanceof Stopped) return applied(prior, `error deleting ${type}: ${error.message}`);
      throw error;
    }
    records.remove(type, prior["id"]);
    onMade(call);
    calls.push(call);
    return applied(null);
  };

  return {
    GetSchema: () => schemaMessage(),
    PrepareProviderConfig: ({ config }) => ({ prepared_config: config }),
    ValidateResourceTypeConfig: () => ({}),
    ValidateDataSourceConfig: () => ({}),
    Configure: () => {
      stopped = false;
      return {};
    },
    UpgradeResourceState: ({ raw_state }) => ({ upgraded_state: { json: (raw_state as { json: Buffer }).json } }),
    ReadResource: ({ type_name, current_state }) => {
      const state = readValue(current_state);
      const there = state !== null && records.has(String(type_name), state["id"]);
      return { new_state: writeValue(there ? state : null) };
    },
    PlanResourceChange: ({ type_name, prior_state, proposed_new_state }) => {
      const proposed = readValue(proposed_new_state);
      const isNew = readValue(prior_state) === null;
      const planned = proposed !== null && isNew ? withUnknowns("resource", String(type_name), proposed) : proposed;
      return { planned_state: writeValue(planned), legacy_type_system: true };
    },
    ApplyResourceChange: async ({ type_name, prior_state, planned_state }) => {
      const prior = readValue(prior_state);
      const planned = readValue(planned_state);
      if (planned === null) return prior === null ? applied(null) : remove(String(type_name), prior);
      return prior === null ? create(String(type_name), planned) : applied(settled(planned) as Values);
    },
    ReadDataSource: ({ type_name, config }) => {
      const asked = readValue(config) ?? {};
      const type = String(type_name);
      const id = `${type}-${nameOf(asked)}`;
      return { state: writeValue(settled(decided("data", type, withUnknowns("data", type, asked), id)) as Values) };
    },
    Stop: () => {
      stopped = true;
      for (const stop of waiting) stop();
      return {};
    },
  };
}

/** Nova says why in the server's `fault`; the provider does not read it. */
function failed(item: Item, id: string, fault: string): string {
  Object.assign(item, { status: "ERROR", fault: { message: fault } });
  return `Error waiting for instance (${id}) to become ready: unexpected state 'ERROR', wanted target 'ACTIVE'. last error: %!s(<nil>)`;
}

function applied(state: Values | null, error?: string): Message {
  const diagnostics = error === undefined ? [] : [{ severity: 1, summary: error, detail: "" }];
  return { new_state: writeValue(state), diagnostics, legacy_type_system: true };
}

function nameOf(values: Values): string {
  const name = settled(values["name"] ?? values["description"] ?? "");
  return typeof name === "string" ? name : "";
}
