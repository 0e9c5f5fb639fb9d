import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { liveController, takeControl } from "../../src/run/controller.ts";

let dir = "";
let path = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lkload-controller-"));
  path = join(dir, "controller.json");
});
afterEach(() => rmSync(dir, { recursive: true }));

test("a run that a living process works on cannot be taken, and is free when that process is gone", async () => {
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  await once(other, "spawn");
  const pid = other.pid ?? 0;
  takeControl(path, pid, "r1");
  expect(liveController(path)).toBe(pid);
  expect(() => takeControl(path, process.pid, "r1")).toThrow(`process ${pid}`);
  other.kill("SIGKILL");
  await once(other, "close");
  expect(liveController(path)).toBeNull();
  {
    using control = takeControl(path, process.pid, "r1");
    expect(control).toBeDefined();
    expect(liveController(path)).toBe(process.pid);
  }
  expect(existsSync(path)).toBe(false);
});
