import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";

const main = join(import.meta.dirname, "..", "..", "src", "main.ts");

function start(argv: string[], env: Record<string, string> = {}) {
  return spawn(process.execPath, [main, ...argv], { cwd: tmpdir(), env: { ...process.env, ...env }, stdio: "pipe" });
}

describe("the process", { timeout: 30_000 }, () => {
  it("writes the product to standard output and ends with the exit code", async () => {
    const child = start(["schema", "plan"]);
    const [out, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ title: "plan.json" });
  });

  it("writes mistakes to standard error", async () => {
    const child = start(["schema", "nope"], { NO_COLOR: "1" });
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    expect([out, code]).toEqual(["", 2]);
    expect(err).toMatch(/^lkload: 1 problem/);
  });

  it("takes a reader that went away for no failure", async () => {
    const child = start(["schema", "result"]);
    child.stdout.destroy();
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
    expect([err, code]).toEqual(["", 0]);
  });
});
