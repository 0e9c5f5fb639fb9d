/** The generator on a host, from arming it to removing it. What runs there is described in docs/host-protocol.md. */
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { Secret } from "../config/secret.ts";
import { RemoteError, type Remote } from "../remote/remote.ts";
import { parseFacts } from "./facts.ts";
import { type HostScope, scopeVariables } from "./host-scope.ts";
import { applyPlaybook, evaluate, PlaybookError, redact } from "./playbook.ts";
import { assignments, ownPlaybook, readPlaybook } from "./script.ts";

export { cleanupHost } from "./cleanup.ts";

/** From SIGINT to SIGKILL when somebody wants the load to end now: lk prints its tables within a fraction of it. */
const stopGraceS = 2;
/** The same at the deadline, where nobody waits. */
const deadlineGraceS = 10;
/** From asking the generator to stop to killing it with all that it started. */
const stopWaitS = stopGraceS + 2;

export type ArmOrders = HostScope & {
  /** As `segmentsTsv` of the load room makes it. */
  segmentsTsv: string;
  /** `LIVEKIT_URL`, `LIVEKIT_API_KEY`, `LIVEKIT_API_SECRET`. */
  secrets: Readonly<Record<string, Secret>>;
  /** The common start by the host's own clock, epoch ms; segments' offsets count from it. */
  startAtHostMs: number;
  /** When lk is ended if it still runs, by the host's own clock, epoch ms. */
  deadlineHostMs: number;
  /** The load ends when no {@link heartbeat} came for this long. */
  deadManMs: number;
};

/**
 * Gives the host its orders and starts its generator, which goes on without the connection.
 * @throws {PlaybookError} when a generator of this run is or was there already, or does not start
 */
export async function armHost(remote: Remote, orders: ArmOrders): Promise<{ pid: number }> {
  const secrets = Object.entries(orders.secrets).map(([name, secret]) => secretLine(name, secret));
  const facts = await applyPlaybook(remote, {
    name: "start.sh",
    script: await ownPlaybook("start.sh"),
    variables: {
      ...scopeVariables(orders),
      LKLOAD_START_AT: seconds(orders.startAtHostMs),
      LKLOAD_DEADLINE: seconds(orders.deadlineHostMs),
      LKLOAD_DEADMAN_S: String(Math.ceil(orders.deadManMs / 1000)),
      LKLOAD_STOP_GRACE_S: String(stopGraceS),
      LKLOAD_DEADLINE_GRACE_S: String(deadlineGraceS),
      LKLOAD_GENERATOR_SH: await readPlaybook("generator.sh"),
      LKLOAD_BECOME_LK: await readPlaybook("become-lk"),
      LKLOAD_SAMPLER_SH: await readPlaybook("sampler.sh"),
      LKLOAD_RTP_WATCH: await readPlaybook("rtp-watch"),
      LKLOAD_SEGMENTS: orders.segmentsTsv.replace(/\n$/, ""),
      LKLOAD_SECRETS: new Secret(secrets.join("\n")),
    },
    signal: orders.signal,
    timeoutMs: 60_000,
  });
  return { pid: facts.int("pid") ?? 0 };
}

function secretLine(name: string, secret: Secret): string {
  const value = secret.reveal();
  if (/[\n\r]/.test(value)) throw new TypeError(`${name} holds a line break`);
  return `${name}=${value}`;
}

/** Epoch seconds with six decimals. */
function seconds(epochMs: number): string {
  return (epochMs / 1000).toFixed(6);
}

/** Tells the host that somebody still wants its load. @throws {RemoteError} */
export async function heartbeat(remote: Remote, scope: HostScope): Promise<void> {
  const script = `d=\${3:-/var/tmp/lkload-$(id -u)}/runs/$1/$2; [ ! -d "$d" ] || date +%s%N >"$d/heartbeat"`;
  const argv = ["sh", "-c", script, "sh", scope.runId, scope.host, scope.base ?? ""];
  const result = await remote.exec(argv, { become: true, signal: scope.signal, timeoutMs: 15_000 });
  if (result.exitCode !== 0) {
    throw new RemoteError("command", remote.host, `heartbeat not written: ${result.stderr.trim().slice(-300)}`);
  }
}

/**
 * Ends the host's load: lk gets SIGINT at once, and SIGKILL after 2 s. Nothing running is success.
 * @returns how many lk processes were running, and how many processes had to be killed by force
 */
export async function stopHost(remote: Remote, scope: HostScope): Promise<{ stopped: number; killed: number }> {
  const facts = await applyPlaybook(remote, {
    name: "stop.sh",
    script: await ownPlaybook("stop.sh"),
    variables: { ...scopeVariables(scope), LKLOAD_STOP_WAIT_S: String(stopWaitS) },
    signal: scope.signal,
    timeoutMs: 30_000,
  });
  return { stopped: facts.int("stopped") ?? 0, killed: facts.int("killed") ?? 0 };
}

/**
 * Writes the host's results to `archive` and ends it: a gzipped tar of `manifest.sha256`, `stream.log` and so on, with
 * the names at its top level. Can be called again; while the generator runs it gives what there is.
 * @throws {PlaybookError} when the host holds no results, or they can't be archived
 */
export async function collectHost(remote: Remote, archive: Writable, scope: HostScope): Promise<{ bytes: number }> {
  const written = finished(archive, { readable: false });
  // Seen below; until then a failure of the disk must not count as unhandled.
  written.catch(() => undefined);
  let bytes = 0;
  archive.on("pipe", (source) => source.on("data", (chunk: Buffer) => (bytes += chunk.length)));
  const variables = scopeVariables(scope);
  const result = await remote.exec(evaluate, {
    stdin: assignments(variables) + (await ownPlaybook("collect.sh")),
    stdout: archive,
    become: true,
    signal: scope.signal,
    timeoutMs: 30 * 60_000,
  });
  if (!archive.writableEnded) archive.end();
  await written;
  const facts = parseFacts(result.stderr);
  if (result.exitCode !== 0) {
    const why = facts.get("error") ?? `exit code ${result.exitCode}: ${result.stderr.trim().slice(-300)}`;
    throw new PlaybookError(remote.host, redact(`collect.sh: ${why}`, variables), facts);
  }
  return { bytes };
}

/** The path of the host's growing stream, to be followed. */
export async function streamFile(remote: Remote, scope: HostScope): Promise<string> {
  const base = scope.base ?? `/var/tmp/lkload-${await uid(remote, scope.signal)}`;
  return `${base}/runs/${scope.runId}/${scope.host}/stream.log`;
}

async function uid(remote: Remote, signal: AbortSignal): Promise<string> {
  if (remote.privileged !== "no") return "0";
  const { stdout } = await remote.exec(["id", "-u"], { signal, timeoutMs: 15_000 });
  const id = stdout.trim();
  if (!/^\d+$/.test(id)) throw new RemoteError("command", remote.host, `id -u says ${JSON.stringify(id)}`);
  return id;
}
