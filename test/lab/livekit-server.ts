/** A real LiveKit server for a test or the demo, on free ports, gone when the block ends. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { open, readFile, writeFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { stringify } from "yaml";
import { ensureLivekitServer } from "./binaries.ts";
import { cpuQuota } from "./cpu-quota.ts";
import { freeTcpPorts, freeUdpPort } from "./free-port.ts";
import { tempDir } from "./temp-dir.ts";

export interface LivekitServerOptions {
  /** An IPv4 address of this machine; for hosts in network namespaces, the one of their bridge. Default 127.0.0.1. */
  bindAddress?: string;
  /** Where its media goes, when that is not `bindAddress`. */
  mediaAddress?: string;
  /** Default: a free one. */
  metricsPort?: number;
  /** `address:port` of a Redis that several servers share: then they are one LiveKit of several nodes. */
  redis?: string;
  /** Of the others that it works with. Default: keys of its own. */
  keys?: { apiKey: string; apiSecret: string };
  /** At most so many cores of CPU time, such as 0.3. Needs root. Default: no limit. */
  cpuQuota?: number;
  /** Merged over the top level of the server's configuration. */
  extraConfig?: Record<string, unknown>;
  signal?: AbortSignal;
}

export interface LivekitServer extends AsyncDisposable {
  /** `http://address:port`; lk and the server SDK take it as it is. */
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** What lkload and lk find it by: `LIVEKIT_URL`, `LIVEKIT_API_KEY`, `LIVEKIT_API_SECRET`. */
  readonly env: Readonly<Record<"LIVEKIT_URL" | "LIVEKIT_API_KEY" | "LIVEKIT_API_SECRET", string>>;
  /** Its Prometheus endpoint. */
  readonly metricsUrl: string;
  readonly logFile: string;
  /** Changes the limit of its CPU time. @throws Error when it was started without one */
  limitCpu(cores: number): Promise<void>;
  /** Of the process that runs now. */
  readonly pid: number;
  /** Ends it, at once if it has participants. Does nothing when it is stopped already. */
  stop(): Promise<void>;
  /** Stops it if it runs, and starts it anew on the same ports with the same keys. */
  restart(): Promise<void>;
}

const readyWithinMs = 20_000;

/** @throws Error with the end of the server's log when it does not answer. */
export async function startLivekitServer(options: LivekitServerOptions = {}): Promise<LivekitServer> {
  const signal = options.signal ?? new AbortController().signal;
  const binary = await ensureLivekitServer({ signal });
  await using resources = new AsyncDisposableStack();
  const dir = resources.use(await tempDir("livekit"));
  const quota = options.cpuQuota === undefined ? undefined : resources.use(await cpuQuota("livekit", options.cpuQuota));

  const address = options.bindAddress ?? "127.0.0.1";
  const mediaAddress = options.mediaAddress ?? address;
  const [port = 0, freePort = 0] = await freeTcpPorts(address, 2);
  const metricsPort = options.metricsPort ?? freePort;
  const apiKey = options.keys?.apiKey ?? `lab${randomBytes(6).toString("hex")}`;
  const apiSecret = options.keys?.apiSecret ?? randomBytes(24).toString("hex");
  const configFile = join(dir.path, "livekit.yaml");
  const logFile = join(dir.path, "livekit.log");
  const config = {
    port,
    bind_addresses: [address],
    // tcp_port would listen on every interface, and without node_ip the server asks public STUN servers for its own.
    rtc: {
      node_ip: mediaAddress,
      use_external_ip: false,
      enable_loopback_candidate: mediaAddress.startsWith("127."),
      interfaces: { includes: [interfaceOf(mediaAddress)] },
      udp_port: await freeUdpPort(mediaAddress),
      tcp_port: 0,
    },
    keys: { [apiKey]: apiSecret },
    prometheus: { port: metricsPort },
    logging: { level: "info" },
    ...(options.redis === undefined ? {} : { redis: { address: options.redis } }),
    ...options.extraConfig,
  };
  await writeFile(configFile, stringify(config), { mode: 0o600 });

  const url = `http://${address}:${port}`;
  const start = () => startProcess({ binary, configFile, logFile, url, procsFile: quota?.procsFile, signal });
  let child: ChildProcess | undefined = await start();
  const stop = async () => {
    const stopping = child;
    child = undefined;
    if (stopping !== undefined) await stopProcess(stopping);
  };
  resources.defer(stop);
  const owned = resources.move();
  return {
    url,
    apiKey,
    apiSecret,
    env: { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
    metricsUrl: `http://${address}:${metricsPort}/metrics`,
    logFile,
    get pid() {
      if (child?.pid === undefined) throw new Error("livekit-server is stopped");
      return child.pid;
    },
    limitCpu: async (cores) => {
      if (quota === undefined) throw new Error("livekit-server was started without a CPU quota");
      await quota.limit(cores);
    },
    stop,
    restart: async () => {
      await stop();
      child = await start();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function interfaceOf(address: string): string {
  if (address.startsWith("127.")) return "lo";
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    if (addresses?.some((candidate) => candidate.address === address) === true) return name;
  }
  throw new Error(`no network interface of this machine has the address ${address}`);
}

interface Start {
  binary: string;
  configFile: string;
  logFile: string;
  url: string;
  procsFile: string | undefined;
  signal: AbortSignal;
}

async function startProcess({ binary, configFile, logFile, url, procsFile, signal }: Start): Promise<ChildProcess> {
  const command = [binary, "--config", configFile];
  // The kernel ends the server together with the process that started it, even if that one is killed.
  if (process.platform === "linux") command.unshift("setpriv", "--pdeathsig", "KILL");
  // The shell puts itself under the quota before it becomes the server.
  if (procsFile !== undefined) command.unshift("sh", "-c", `echo $$ >'${procsFile}' && exec "$@"`, "sh");
  await using log = await open(logFile, "a");
  const [file = "", ...args] = command;
  const child = spawn(file, args, { stdio: ["ignore", log.fd, log.fd], env: { PATH: process.env["PATH"] } });
  try {
    await waitUntilReady(child, url, signal);
    return child;
  } catch (error) {
    await stopProcess(child);
    const tail = (await readFile(logFile, "utf8")).split("\n").slice(-20).join("\n");
    throw new Error(`livekit-server did not start at ${url}: ${String(error)}\n${tail}`, { cause: error });
  }
}

/** Asks until it answers: its exit code says nothing, it is 0 on start-up errors too. */
async function waitUntilReady(child: ChildProcess, url: string, signal: AbortSignal): Promise<void> {
  const spawnError = new AbortController();
  child.once("error", (error) => spawnError.abort(error));
  const deadline = performance.now() + readyWithinMs;
  let last = "no answer";
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    spawnError.signal.throwIfAborted();
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("it exited");
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
      if (response.ok) return;
      last = `HTTP ${response.status}`;
    } catch (error) {
      last = String(error instanceof Error && error.cause instanceof Error ? error.cause : error);
    }
    await delay(50, undefined, { signal });
  }
  throw new Error(`not ready within ${readyWithinMs / 1000} s: ${last}`);
}

/** The first SIGTERM waits for participants to leave, the second does not; SIGKILL is for a server that hangs. */
async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const exited = once(child, "exit").then(() => true);
  for (const [name, waitMs] of [
    ["SIGTERM", 1000],
    ["SIGTERM", 2000],
    ["SIGKILL", 10_000],
  ] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(name);
    if (await Promise.race([exited, delay(waitMs, false, { ref: false })])) return;
  }
  throw new Error(`livekit-server (process ${child.pid}) does not end`);
}
