/**
 * `npm run demo`: a real LiveKit server on this machine's loopback, a load of ten participants for about a minute with
 * real clients among them (the probes), and the report. Arguments go to `lkload run`:
 *
 *     npm run demo -- --participants 20 --duration 2m
 */
import { spawn } from "node:child_process";
import { access, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ConfigInput } from "../../src/config/schema.ts";
import { runFolder } from "../../src/run/folder.ts";
import { ensureLivekitServer, ensureLk, lkVersion } from "./binaries.ts";
import { runForeground, stopSignal } from "./foreground.ts";
import { startLivekitServer } from "./livekit-server.ts";
import { stderrProgress } from "./progress.ts";
import { tempDir } from "./temp-dir.ts";
import { findCommand } from "./tools.ts";

const root = join(import.meta.dirname, "..", "..");
const stateDir = join(root, ".lkload");

const progress = stderrProgress();
const signal = stopSignal();
try {
  process.exitCode = await demo(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = signal.aborted ? 130 : 1;
}

async function demo(args: readonly string[]): Promise<number> {
  progress.say("LiveKit binaries");
  await ensureLivekitServer({ progress, signal });
  const lk = await ensureLk({ progress, signal });
  progress.say("LiveKit server");
  await using server = await startLivekitServer({ signal });
  progress.say(`LiveKit server: ${server.url}`);

  await using dir = await tempDir("demo");
  const config: ConfigInput = {
    name: "demo",
    livekit: { metrics: [server.metricsUrl], cli: { version: lkVersion, source: "path", path: lk } },
    load: { participants: 10, publishers: 2, videoPublishers: 1, videoResolution: "medium", duration: "40s" },
    probes: { perRoom: 1 },
    run: { dir: stateDir },
  };
  const configFile = join(dir.path, "lkload.yaml");
  await writeFile(configFile, stringify(config));
  const command = ["run", "--local", "-c", configFile, ...args];
  progress.say(`lkload ${command.join(" ")}`);

  const before = await runIds();
  const exitCode = await runForeground(process.execPath, [join(root, "src", "main.ts"), ...command], {
    env: server.env,
  });
  const runId = (await runIds()).find((id) => !before.includes(id));
  if (runId !== undefined) await openReport(runFolder(stateDir, runId).reportHtml);
  return exitCode;
}

async function runIds(): Promise<string[]> {
  return readdir(join(stateDir, "runs")).catch(() => []);
}

/** `lkload run` has told its path already. */
async function openReport(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  const opener = await browserOpener();
  if (!exists || opener === undefined) return;
  progress.say(`opening the report with ${opener}`);
  const browser = spawn(opener, [path], { stdio: "ignore", detached: true });
  browser.once("error", (error) => progress.say(`${opener}: ${error.message}`));
  browser.unref();
}

/** The command that opens a file for the user; undefined where nobody would see it. */
async function browserOpener(): Promise<string | undefined> {
  const { env, platform } = process;
  if (env["CI"] || !process.stdout.isTTY) return undefined;
  if (platform === "darwin") return findCommand("open");
  return env["DISPLAY"] || env["WAYLAND_DISPLAY"] ? findCommand("xdg-open") : undefined;
}
