import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { tempDir } from "../lab/temp-dir.ts";

const withNode = join(import.meta.dirname, "..", "..", "scripts", "with-node.mjs");

function start(script: string, args: readonly string[]) {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  return { child, stdout: createInterface(child.stdout), stderr: createInterface(child.stderr), ended };
}

async function linesOf(lines: AsyncIterable<string>): Promise<string> {
  return (await Array.fromAsync(lines)).join("\n");
}

test("a TypeScript file runs on the pinned Node, with its arguments and exit code", async () => {
  await using dir = await tempDir("with-node");
  const script = join(dir.path, "script.ts");
  await writeFile(
    script,
    "const code: number = 7; console.log(process.version, ...process.argv.slice(2)); process.exit(code)",
  );
  const { stdout, ended } = start(withNode, [script, "--a", "b c"]);
  expect(await linesOf(stdout)).toBe(`${process.version} --a b c`);
  expect(await ended).toEqual([7, null]);
});

test("a signal reaches it once, and its own exit code comes back", async () => {
  await using dir = await tempDir("with-node");
  const script = join(dir.path, "script.ts");
  await writeFile(
    script,
    `let signals: number = 0;
     setInterval(() => undefined, 1000);
     process.on("SIGINT", () => {
       signals += 1;
       setTimeout(() => { console.log("signals", signals); process.exit(130); }, 200);
     });
     console.log("ready");`,
  );
  const { child, stdout, ended } = start(withNode, [script]);
  const lines = stdout[Symbol.asyncIterator]();
  expect(await lines.next()).toMatchObject({ value: "ready" });
  // As a terminal and npm both do on Ctrl-C.
  child.kill("SIGINT");
  child.kill("SIGINT");
  expect(await lines.next()).toMatchObject({ value: "signals 1" });
  expect(await ended).toEqual([130, null]);
});

test("packages are installed where they are missing, and a Node that did not come with them is named", async () => {
  await using dir = await tempDir("with-node");
  await mkdir(join(dir.path, "scripts"));
  await copyFile(withNode, join(dir.path, "scripts", "with-node.mjs"));
  await writeFile(join(dir.path, "package.json"), JSON.stringify({ name: "empty", version: "1.0.0" }));
  const lock = {
    name: "empty",
    version: "1.0.0",
    lockfileVersion: 3,
    packages: { "": { name: "empty", version: "1.0.0" } },
  };
  await writeFile(join(dir.path, "package-lock.json"), JSON.stringify(lock));
  const { stderr, ended } = start(join(dir.path, "scripts", "with-node.mjs"), ["script.ts"]);
  const said = await linesOf(stderr);
  expect(said).toContain("Installing packages with npm ci (none are installed yet)");
  expect(said).toContain("npm ci --ignore-scripts=false");
  expect(await ended).toEqual([1, null]);
});
