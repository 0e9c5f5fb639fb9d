/**
 * What the truth tests share: hosts in network namespaces, a real livekit-server and lk, and whole `lkload run`s
 * against them, into which a fault is put while they are under way.
 */
import { globSync, readFileSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { resultSchema, type HostResult, type Result } from "../../src/metrics/result.ts";
import { ensureLk } from "../lab/binaries.ts";
import { startLabHosts, type LabHost, type LabHostOptions, type LabHosts } from "../lab/hosts.ts";
import { startLivekitServer, type LivekitServer, type LivekitServerOptions } from "../lab/livekit-server.ts";
import { Lkload } from "../lab/lkload.ts";

export type TruthLabOptions = {
  hosts: number;
  host?: (index: number) => LabHostOptions;
  server?: Omit<LivekitServerOptions, "bindAddress" | "signal">;
};

export type TruthRun = {
  exitCode: number;
  stdout: string;
  stderr: string;
  result: Result;
  /** The run's folder. */
  dir: string;
  /** Where it was started. */
  cwd: string;
};

export interface TruthLab extends AsyncDisposable {
  readonly lab: LabHosts;
  readonly server: LivekitServer;
  /** `livekit.cli` of the runs. */
  readonly cli: { source: "path"; path: string };
  /** Environment of the runs: the server, its key and secret. */
  readonly env: Record<string, string>;
  /** The hosts in the order of their addresses. */
  host(index: number): LabHost;
  /** What a result says about the host. */
  hostResult(result: Result, index: number): HostResult;
  /**
   * A whole run over all hosts, unless the changes to the configuration say otherwise.
   * @param during is called once the load has begun, and waited for; the signal aborts when the run has ended
   */
  run(changes: object, during?: (command: Lkload, ended: AbortSignal) => Promise<void>): Promise<TruthRun>;
}

/** Every room of two publishers with sound and one with a picture: 1 × 6 subscribers get 12 audio tracks, 6 video tracks. */
export const smallLoad = {
  participants: 8,
  publishers: 2,
  videoPublishers: 1,
  videoResolution: "low",
  videoCodec: "vp8",
  numPerSecond: 10,
  duration: "20s",
};

export async function startTruthLab(options: TruthLabOptions): Promise<TruthLab> {
  await using resources = new AsyncDisposableStack();
  const lk = await ensureLk();
  const hosts = options.host === undefined ? {} : { host: options.host };
  const lab = resources.use(await startLabHosts({ count: options.hosts, ...hosts }));
  const server = resources.use(await startLivekitServer({ bindAddress: lab.controllerAddress, ...options.server }));
  const env = server.env;
  const owned = resources.move();
  const cli = { source: "path", path: lk } as const;
  let runs = 0;
  const host = (index: number): LabHost => {
    const found = lab.hosts[index];
    if (found === undefined) throw new Error(`the lab has no host ${index}`);
    return found;
  };
  return {
    lab,
    server,
    cli,
    env,
    host,
    hostResult: (result, index) => {
      const found = result.hosts.find(({ name }) => name === host(index).address.replaceAll(".", "-"));
      if (found === undefined) throw new Error(`the result has no host at ${host(index).address}`);
      return found;
    },
    run: async (changes, during) => {
      // Not in the lab's own folder name: the hosts must not see it.
      const cwd = join(lab.dir, `run-${++runs}`);
      await mkdir(cwd);
      const config = {
        livekit: { metrics: [], cli },
        load: smallLoad,
        fleet: { hosts: lab.hosts.map(({ address, user }) => `${user}@${address}`) },
        ssh: { identityFile: lab.identityFile, knownHosts: lab.knownHostsFile, agent: false, configFile: "none" },
        ...changes,
      };
      await writeFile(join(cwd, "lkload.yaml"), stringify(config));
      await using command = new Lkload(["run"], { cwd, env });
      const ended = new AbortController();
      const exit = command.exit().finally(() => ended.abort());
      if (during !== undefined) {
        await command.until(/start at /);
        await during(command, ended.signal);
      }
      const exitCode = await exit;
      const [dir] = globSync(join(cwd, ".lkload/runs/*"));
      const resultFile = dir === undefined ? undefined : join(dir, "result.json");
      if (dir === undefined || resultFile === undefined) throw new Error(`no run folder:\n${command.stderr}`);
      const result = resultSchema.parse(JSON.parse(readFileSync(resultFile, "utf8")));
      return { exitCode, stdout: command.stdout, stderr: command.stderr, result, dir, cwd };
    },
    [Symbol.asyncDispose]: async () => {
      await owned.disposeAsync();
      rmSync(lab.dir, { recursive: true, force: true });
    },
  };
}
