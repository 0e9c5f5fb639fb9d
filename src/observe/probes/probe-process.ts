/**
 * The process of the probes, apart from lkload's own: native code that crashes takes no run with it, and its CPU is
 * counted apart. Orders come as one line on standard input, whose end means stop; lines go to file descriptor 3, as
 * libraries print to standard output.
 */
import { writeSync } from "node:fs";
import { cpus } from "node:os";
import { argv, exit, stdin, version as nodeVersion } from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProbeNote } from "../../metrics/probes/lines.ts";
import { listen } from "./listener.ts";
import { machineLoad } from "./machine-load.ts";
import { checkArgument, probeClient, probeOrdersSchema, type ProbeOrders } from "./orders.ts";
import type { ProbeTools } from "./room-client.ts";
import { speak } from "./speaker.ts";
import { visit } from "./visitor.ts";

const linesFd = 3;
const machineIntervalMs = 1000;
const disposeWithinMs = 2000;
const endWithinMs = 6000;

function note(line: ProbeNote): void {
  writeSync(linesFd, `${JSON.stringify({ schema: "lkload/probes", version: 1, atMs: Date.now(), ...line })}\n`);
}

const stop = new AbortController();
const input = createInterface({ input: stdin });
const orders = Promise.withResolvers<ProbeOrders>();
input.once("line", (line) => orders.resolve(probeOrdersSchema.parse(JSON.parse(line))));
input.once("close", () => {
  stop.abort();
  // Also where lkload was killed: whatever hangs, this process does not outlive it.
  setTimeout(() => exit(1), endWithinMs).unref();
});

if (argv[2] === checkArgument) {
  const rtc = await import("@livekit/rtc-node");
  hello();
  await Promise.race([rtc.dispose(), sleep(disposeWithinMs)]);
  exit(0);
}
await main(await orders.promise, stop.signal);

async function main(orders: ProbeOrders, signal: AbortSignal): Promise<void> {
  const [rtc, { AccessToken }] = await Promise.all([import("@livekit/rtc-node"), import("livekit-server-sdk")]);
  hello();
  const tools: ProbeTools = {
    rtc,
    orders,
    signal,
    token: async (identity, room) => {
      const token = new AccessToken(orders.apiKey, orders.apiSecret, { identity, ttl: "10m" });
      token.addGrant({ roomJoin: true, room, canPublish: true, canPublishData: true, canSubscribe: true });
      return token.toJwt();
    },
  };
  const machine = machineLoad();
  const watching = setInterval(() => note(machine()), machineIntervalMs);
  await sleep(Math.max(0, orders.fromMs - Date.now()), undefined, { signal }).catch(() => undefined);
  const indices = Array.from({ length: orders.perRoom }, (_, index) => index + 1);
  const visitors = orders.rooms.flatMap((room) => indices.map((index) => ({ room, index })));
  await Promise.all([
    ...orders.rooms.map((room) => speak(tools, room, note, signal)),
    ...visitors.map((one) => listen(tools, one, note, signal)),
    ...visitors.map((one, at) => visit(tools, { ...one, turn: (at + 1) / (visitors.length + 1) }, note, signal)),
  ]);
  clearInterval(watching);
  note({ kind: "end", outcome: "done", text: null });
  await Promise.race([rtc.dispose(), sleep(disposeWithinMs)]);
  exit(0);
}

function hello(): void {
  note({ kind: "hello", client: probeClient, node: nodeVersion, cores: cpus().length });
}
