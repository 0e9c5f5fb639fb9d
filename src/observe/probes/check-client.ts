import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { probeLineSchema } from "../../metrics/probes/lines.ts";
import { checkArgument, probeClient } from "./orders.ts";
import { exitOf, startProbeProcess, tailOf } from "./child.ts";

/** What to do where the client cannot be loaded. */
export const probeClientRemedy = `\`npm install ${probeClient}\` beside lkload (with -g if lkload is installed so), or leave probes out`;

/** Loads the probes' client in a process of its own. @returns why that does not work; null when it does */
export async function checkProbeClient(signal: AbortSignal): Promise<string | null> {
  const child = startProbeProcess([checkArgument]);
  const kill = () => child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  const words = tailOf(child);
  const exited = exitOf(child);
  let loaded = false;
  child.stdin?.on("error", () => undefined);
  for await (const text of createInterface({ input: child.stdio[3] as Readable })) {
    loaded ||= probeLineSchema.parse(JSON.parse(text)).kind === "hello";
  }
  const end = await exited;
  signal.removeEventListener("abort", kill);
  if (loaded) return null;
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(words(Number.POSITIVE_INFINITY));
  return missing ? `${missing[1]} is not installed` : `${end}: ${words()}`;
}
