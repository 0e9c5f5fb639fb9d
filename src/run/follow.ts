import { appendFileSync, mkdirSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { FleetHost } from "../fleet/hosts-file.ts";
import { streamFile } from "../playbook/generate.ts";
import type { RunContext } from "./context.ts";
import { errorLine } from "./error-line.ts";

const retryMs = 1000;

/**
 * Copies the host's stream to the run folder as it grows and hands over each whole line, until the host's supervisor
 * says that it is done or the signal is aborted. A lost connection is opened again and goes on where it broke.
 * @returns whether the supervisor's last line was seen
 */
export async function followStream(
  context: Pick<RunContext, "pool" | "folder" | "log" | "plan">,
  host: FleetHost,
  signal: AbortSignal,
  onLine: (line: string) => void,
  onConnection: (connected: boolean) => void,
): Promise<boolean> {
  const { pool, folder, log } = context;
  const path = folder.stream(host.name);
  mkdirSync(folder.hostDir(host.name), { recursive: true });
  appendFileSync(path, "", { mode: 0o600 });
  const lines = new LineSplitter((line) => {
    if (/^\S+ sup event=done\b/.test(line)) done.abort();
    onLine(line);
  });
  const done = new AbortController();
  const stop = AbortSignal.any([signal, done.signal]);
  const onChunk = (chunk: Buffer) => {
    appendFileSync(path, chunk);
    lines.push(chunk);
  };

  while (!stop.aborted) {
    try {
      const remote = await pool.get(host, stop);
      const offset = statSync(path).size + 1;
      const file = await streamFile(remote, { runId: context.plan.runId, host: host.name, signal: stop });
      const tail = await remote.open(["tail", "-c", `+${offset}`, "-F", file], { become: true, signal: stop });
      onConnection(true);
      tail.stdout.on("data", onChunk);
      await tail.done;
    } catch (error) {
      if (stop.aborted) break;
      log.warn({ host: host.name, error: errorLine(error) }, "lost the host's stream; trying again");
    }
    if (stop.aborted) break;
    onConnection(false);
    await sleep(retryMs, undefined, { signal: stop }).catch(() => undefined);
  }
  return done.signal.aborted;
}

/** Cuts a byte stream into lines; a last line without its end waits for it. */
class LineSplitter {
  #rest = Buffer.alloc(0);
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
      this.#onLine(bytes.toString("utf8", from, end));
      from = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(from));
  }
}
