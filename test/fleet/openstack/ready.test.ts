import { expect, test } from "vitest";
import { waitUntilReady } from "../../../src/fleet/openstack/ready.ts";
import { openLocal } from "../../../src/remote/local.ts";
import { RemoteError } from "../../../src/remote/remote.ts";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tempDir } from "../../lab/temp-dir.ts";

const signal = AbortSignal.timeout(60_000);
const lost = () => new RemoteError("connection", "vm", "no answer");

/** This machine, with a cloud-init that answers as it is told to. */
async function machine(dir: string, script: string) {
  await writeFile(join(dir, "cloud-init"), `#!/bin/sh\n${script}\n`);
  await chmod(join(dir, "cloud-init"), 0o755);
  const local = await openLocal("vm", { become: "none", signal });
  const exec = local.exec.bind(local);
  // Found by its path instead of by PATH.
  local.exec = ([name = "", ...args], options) => exec([join(dir, name), ...args], options);
  return local;
}

test("a VM that does not answer is asked again", async () => {
  await using dir = await tempDir("ready");
  let attempts = 0;
  const open = async () => {
    attempts += 1;
    if (attempts < 2) throw lost();
    return machine(dir.path, "echo status: done");
  };
  await using remote = await waitUntilReady(open, { signal, timeoutMs: 30_000 });
  expect([remote.host, attempts]).toEqual(["vm", 2]);
});

test("a VM that refuses is not asked again; one that never answers is given up", async () => {
  const refuse = async () => Promise.reject(new RemoteError("refused", "vm", "another host key"));
  await expect(waitUntilReady(refuse, { signal, timeoutMs: 30_000 })).rejects.toThrow("another host key");
  const silent = async () => Promise.reject(lost());
  await expect(waitUntilReady(silent, { signal, timeoutMs: 0 })).rejects.toThrow("no answer");
});

test("cloud-init's warnings are no failure, its errors are", async () => {
  await using dir = await tempDir("ready");
  await using remote = await waitUntilReady(() => machine(dir.path, "exit 2"), { signal, timeoutMs: 30_000 });
  expect(remote.host).toBe("vm");
  const failing = waitUntilReady(() => machine(dir.path, "echo status: error; exit 1"), { signal, timeoutMs: 30_000 });
  await expect(failing).rejects.toMatchObject({ kind: "command", message: "vm: cloud-init failed: status: error" });
});
