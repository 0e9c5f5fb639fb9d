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
  const waitedFor: number[] = [];
  const first = await takeFileLock(path, { signal, onWait: (pid) => expect.fail(`waited for ${pid}`) });
  const { promise: waiting, resolve: waits } = Promise.withResolvers<void>();
  let held = false;
  const second = takeFileLock(path, {
    signal,
    onWait: (pid) => {
      waitedFor.push(pid);
      waits();
    },
  }).then((lock) => {
    held = true;
    return lock;
  });
  // Only when the second one has seen the first one's lock does its end say anything about waiting.
  await waiting;
  expect(held).toBe(false);
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
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
