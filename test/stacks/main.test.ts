import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../lab/run-command.ts";
import { tempDir } from "../lab/temp-dir.ts";
import { sampleSpec } from "./sample-spec.ts";

const root = join(import.meta.dirname, "..", "..");

test("what cdktf.json names writes the same stack as lkload does", async () => {
  await using dir = await tempDir("cdktf");
  const { app } = JSON.parse(await readFile(join(root, "cdktf.json"), "utf8")) as { app: string };
  const [command, ...args] = app.split(" ");
  expect(command).toBe("node");
  const file = join(dir.path, "spec.json");
  await writeFile(file, JSON.stringify(sampleSpec()));
  const outDir = join(dir.path, "cdktf.out");
  await runCommand(process.execPath, args, { cwd: root, env: { LKLOAD_SPEC: file, CDKTF_OUTDIR: outDir } });
  const written = await readFile(join(outDir, "stacks", "load-generators", "cdk.tf.json"), "utf8");
  expect(`${written}\n`).toBe(await readFile(join(import.meta.dirname, "golden", "existing.json"), "utf8"));
});

test("without a specification it says what is missing", async () => {
  const run = runCommand(process.execPath, ["stacks/main.ts"], { cwd: root, env: { LKLOAD_SPEC: "" } });
  await expect(run).rejects.toThrow(/exit code 2\nLKLOAD_SPEC must name the specification/);
});
