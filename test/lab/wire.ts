/** A network namespace that is reached over a wire with a delay alone. Needs root, `ip` and Python 3. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { endAllIn, LabNet } from "./hosts/lab-net.ts";
import { requireTools } from "./hosts/tools.ts";

export interface Wire extends AsyncDisposable {
  readonly namespace: string;
  /** This machine's end. */
  readonly here: string;
  /** The namespace's end. */
  readonly there: string;
  /**
   * How long those there took to join LiveKit rooms here, ms, by the packets that passed their end of the wire: from the first of
   * the signalling's TCP connection to the last of the DTLS handshake. One join at a time, begun between the two times
   * (epoch ms).
   */
  joinsBetween(fromMs: number, toMs: number): number[];
}

/** @param delayMs of each direction: a round trip takes twice as long */
export async function startWire(delayMs: number): Promise<Wire> {
  await requireTools("ip");
  await using resources = new AsyncDisposableStack();
  // Its bridge is not used: the wire is the only way into the namespace.
  const net = resources.use(await LabNet.create(AbortSignal.timeout(60_000)));
  const [namespace, here, there] = [net.namespace(0), net.address(0), net.address(1)];
  await net.batch([`netns add ${namespace}`]);
  await net.batch(["link set lo up"], ["-n", namespace]);
  const args = [join(import.meta.dirname, "wire.py"), namespace, `lkwire${net.number}`, here, there, String(delayMs)];
  // Its end of input is also what ends it when this process is killed.
  const child = spawn("python3", args, { stdio: ["pipe", "pipe", "inherit"] });
  const closed = once(child, "close");
  resources.defer(async () => {
    child.stdin.end();
    await closed;
  });
  // What runs there has nobody to talk to any more.
  resources.defer(() => endAllIn(namespace));
  const seen: { what: string; atMs: number }[] = [];
  const lines = createInterface(child.stdout);
  const [said] = (await Promise.race([once(lines, "line"), closed])) as [unknown];
  if (said !== "up") throw new Error("the wire did not come up");
  lines.on("line", (line) => {
    const [what = "", at] = line.split(" ");
    seen.push({ what, atMs: Number(at) });
  });
  const owned = resources.move();
  return {
    namespace,
    here,
    there,
    joinsBetween: (fromMs, toMs) =>
      seen.flatMap(({ what, atMs }, index) => {
        const next = seen[index + 1];
        if (what !== "join" || atMs < fromMs || atMs >= toMs || next?.what !== "media") return [];
        return [next.atMs - atMs];
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
