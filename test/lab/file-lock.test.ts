import { spawnSync } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { takeFileLock } from "./file-lock.ts";
import { tempDir } from "./temp-dir.ts";

const signal = new AbortController().signal;

test("holders follow one another, and the lock's file is gone in the end", async () => {
  await using dir = await tempDir("lock");
  const path = join(dir.path, "lock");
  const holders: string[] = [];
  const waitedFor: number[] = [];
  const hold = async (name: string) => {
    await using stack = new AsyncDisposableStack();
    stack.use(await takeFileLock(path, { signal, onWait: (pid) => waitedFor.push(pid) }));
    holders.push(`${name} in`);
    await new Promise(setImmediate);
    holders.push(`${name} out`);
  };
  await Promise.all([hold("a"), hold("b")]);
  const [first = "", second = ""] = holders[0] === "a in" ? ["a", "b"] : ["b", "a"];
  expect(holders).toEqual([`${first} in`, `${first} out`, `${second} in`, `${second} out`]);
  expect(waitedFor).toEqual([process.pid]);
  expect(await readdir(dir.path)).toEqual([]);
});

test("a dead holder's lock is broken", async () => {
  await using dir = await tempDir("lock");
  const path = join(dir.path, "lock");
  const { pid: dead } = spawnSync("true");
  await writeFile(path, `${dead} \n`);
  const lock = await takeFileLock(path, { signal, onWait: (pid) => expect.fail(`waited for ${pid}`) });
  await lock[Symbol.asyncDispose]();
  expect(await readdir(dir.path)).toEqual([]);
});

test.runIf(process.platform === "linux")("so is that of a process whose id another one has now", async () => {
  await using dir = await tempDir("lock");
  const path = join(dir.path, "lock");
  await writeFile(path, `${process.pid} 1\n`);
  const lock = await takeFileLock(path, { signal, onWait: (pid) => expect.fail(`waited for ${pid}`) });
  await lock[Symbol.asyncDispose]();
});

test("waiting ends when it is aborted", async () => {
  await using dir = await tempDir("lock");
  const path = join(dir.path, "lock");
  await writeFile(path, `${process.pid} \n`);
  const controller = new AbortController();
  const waiting = takeFileLock(path, {
    signal: controller.signal,
    onWait: () => controller.abort(new Error("enough")),
  });
  await expect(waiting).rejects.toThrow();
  expect(await readdir(dir.path)).toEqual(["lock"]);
});
