/** What `npm pack` makes, installed into an empty folder as a user would. */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import type { ConfigInput } from "../../src/config/schema.ts";
import { ensureLk, lkVersion } from "../lab/binaries.ts";
import { startLivekitServer } from "../lab/livekit-server.ts";
import { runCommand } from "../lab/run-command.ts";
import { tempDir, type TempDir } from "../lab/temp-dir.ts";

const root = join(import.meta.dirname, "..", "..");
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };

let packed: TempDir;
let project: TempDir;
let files: string[];

/** As npx finds it, on the Node that runs this test, and with nothing of this repository on the path. */
async function lkload(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const path = `${dirname(process.execPath)}${delimiter}${process.env["PATH"]}`;
  return runCommand("npx", ["--no-install", "lkload", ...args], { cwd: project.path, env: { PATH: path, ...env } });
}

beforeAll(async () => {
  packed = await tempDir("packed");
  project = await tempDir("project");
  const said = await runCommand("npm", ["pack", "--json", "--pack-destination", packed.path], { cwd: root });
  // What prepack prints comes first.
  const report = JSON.parse(said.slice(said.indexOf("[\n"))) as { filename: string; files: { path: string }[] }[];
  files = report.flatMap((entry) => entry.files.map((file) => file.path));
  const [archive = ""] = await readdir(packed.path);
  await runCommand("npm", ["init", "--yes"], { cwd: project.path });
  await runCommand("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", join(packed.path, archive)], {
    cwd: project.path,
  });
}, 900_000);

afterAll(async () => {
  await packed[Symbol.asyncDispose]();
  await project[Symbol.asyncDispose]();
});

test("the package holds the program, its playbooks and its papers, and nothing of the workshop", async () => {
  const playbooks = (await readdir(join(root, "playbooks"))).map((name) => `playbooks/${name}`);
  expect(playbooks).not.toEqual([]);
  expect(files).toEqual(
    expect.arrayContaining([...playbooks, "dist/src/main.js", "CHANGELOG.md", "LICENSE", "README.md", "package.json"]),
  );
  // The generated bindings are not to be had from a registry: they travel inside.
  const bundled = "node_modules/@cdktf/provider-openstack/";
  expect(files).toContain(`${bundled}lib/index.js`);
  const own = files.filter((path) => !path.startsWith(bundled));
  const allowed = /^(dist\/|playbooks\/|schemas\/)|^(CHANGELOG\.md|LICENSE|README\.md|package\.json)$/;
  expect(own.filter((path) => !allowed.test(path) || /\.(ts|map)$|test|scripts/.test(path))).toEqual([]);
});

test("it says its version", async () => {
  expect(await lkload(["--version"])).toContain(manifest.version);
});

test("it lists its scenarios", async () => {
  expect(await lkload(["scenarios"])).toContain("distributed-1000");
});

test("it writes a starter file and plans from it", async () => {
  await lkload(["init"]);
  expect(await readdir(project.path)).toContain("lkload.yaml");
  const env = { LIVEKIT_URL: "ws://127.0.0.1:7880", LIVEKIT_API_KEY: "key", LIVEKIT_API_SECRET: "secret" };
  expect(await lkload(["plan", "--local", "--participants", "12"], env)).toMatch(/\b12\b/);
});

test("it runs a load with the playbooks that it brought along", async () => {
  await using server = await startLivekitServer();
  // Shorter than a core must be full for the run to be invalid: a busy machine does not matter here.
  const config: ConfigInput = {
    livekit: { cli: { version: lkVersion, source: "path", path: await ensureLk() } },
    load: { participants: 3, publishers: 1, duration: "3s" },
  };
  await writeFile(join(project.path, "run.yaml"), stringify(config));
  const env = server.env;
  await lkload(["run", "--local", "-c", "run.yaml"], env);
  const runs = join(project.path, ".lkload", "runs");
  const [run = ""] = await readdir(runs);
  expect(await readdir(join(runs, run))).toContain("report.html");

  // The clients of the probes come as an optional dependency.
  const withProbes = ["run", "--local", "-c", "run.yaml", "--probes", "1"];
  await lkload(withProbes, env);
  const last = (await readdir(runs)).toSorted().at(-1) ?? "";
  expect(await readFile(join(runs, last, "observe", "probes.ndjson"), "utf8")).toContain('"kind":"hello"');
  await rm(join(project.path, "node_modules", "@livekit", "rtc-node"), { recursive: true });
  await expect(lkload(withProbes, env)).rejects.toThrow(
    /rtc-node\s+is\s+not\s+installed[^]*npm\s+install\s+@livekit\/rtc-node@1\.1\.0/,
  );
  expect(await lkload(["run", "--local", "-c", "run.yaml"], env)).toContain("Participants joined");
});
