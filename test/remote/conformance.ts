/** What every {@link Remote} does alike: run against this machine and against a real sshd. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Remote } from "../../src/remote/remote.ts";

/** The hosts must see this machine's file system. */
export function conformance(kind: string, open: () => Promise<Remote>): void {
  describe(`a ${kind} host`, () => {
    let remote: Remote;
    let dir: string;
    beforeAll(async () => {
      remote = await open();
      dir = await mkdtemp(join(tmpdir(), "lkload-conformance-"));
    });
    afterAll(async () => {
      await remote?.close();
      await rm(dir, { recursive: true, force: true });
    });

    test("tells exit codes, and signals as 128 + n", async () => {
      const code = async (script: string) => (await remote.exec(["sh", "-c", script])).exitCode;
      expect(await code("exit 0")).toBe(0);
      expect(await code("exit 77")).toBe(77);
      expect(await code("kill -TERM $$")).toBe(143);
      expect(await code("kill -KILL $$")).toBe(137);
      expect((await remote.exec(["no-such-command-here"])).exitCode).toBe(127);
    });

    test("a command that closes its output early still has its exit code", async () => {
      const result = await remote.exec(["sh", "-c", "exec >&- 2>&-; sleep 0.3; exit 9"]);
      expect(result).toEqual({ exitCode: 9, stdout: "", stderr: "" });
    });

    test("keeps standard output and standard error apart", async () => {
      const result = await remote.exec(["sh", "-c", "echo out; echo err >&2"]);
      expect(result).toEqual({ exitCode: 0, stdout: "out\n", stderr: "err\n" });
    });

    test("keeps the end of a long standard error", async () => {
      const { stderr } = await remote.exec(["sh", "-c", "seq 1 100000 >&2"]);
      expect(stderr.length).toBe(64 * 1024);
      expect(stderr.endsWith("\n99999\n100000\n")).toBe(true);
    });

    test("speaks the C locale", async () => {
      expect((await remote.exec(["sh", "-c", 'echo "$LC_ALL"'])).stdout).toBe("C\n");
    });

    test("passes every word as it is", async () => {
      const words = [
        "",
        " ",
        "a  b",
        "it's",
        '"',
        "\\",
        "$HOME",
        "$(id)",
        "`id`",
        "*",
        "~",
        "!!",
        "a\nb",
        "\t",
        "é→😀",
      ];
      const everyControl = Array.from({ length: 31 }, (_, code) => String.fromCodePoint(code + 1)).join("");
      const { stdout } = await remote.exec(["printf", String.raw`%s\0`, ...words, everyControl]);
      expect(stdout.split("\0").slice(0, -1)).toEqual([...words, everyControl]);
    });

    test("refuses a word that can't be passed", async () => {
      await expect(remote.exec(["echo", "a\0b"])).rejects.toThrow(TypeError);
      await expect(remote.exec(["echo", "x".repeat(120_000)])).rejects.toThrow(/over stdin/);
    });

    test("takes 20 MB of odd bytes on standard input", async () => {
      const chunk = Buffer.from(Array.from({ length: 64 * 1024 }, (_, index) => (index * 31) % 256));
      const hash = createHash("sha256");
      const source = Readable.from(
        (function* () {
          for (let n = 0; n < 320; n++) {
            hash.update(chunk);
            yield chunk;
          }
        })(),
      );
      const { stdout } = await remote.exec(["sha256sum"], { stdin: source });
      expect(stdout.split(" ")[0]).toBe(hash.digest("hex"));
    });

    test("takes text on standard input, and closes it", async () => {
      expect((await remote.exec(["cat"], { stdin: "héllo" })).stdout).toBe("héllo");
      expect((await remote.exec(["cat"])).stdout).toBe("");
    });

    test("a command that does not read its input is no failure", async () => {
      const endless = Readable.from(
        (function* () {
          for (;;) yield Buffer.alloc(64 * 1024);
        })(),
      );
      expect(await remote.exec(["true"], { stdin: endless })).toMatchObject({ exitCode: 0 });
    });

    test("a source that fails ends the command, and is the error", async () => {
      const source = Readable.from(
        (function* () {
          yield "some";
          throw new Error("disk gone");
        })(),
      );
      await expect(remote.exec(["cat"], { stdin: source })).rejects.toThrow("disk gone");
    });

    test("gives 20 MB of standard output to a slow sink, all of it and in order", async () => {
      const expected = createHash("sha256").update(Buffer.alloc(20_000_000, "0123456789")).digest("hex");
      const hash = createHash("sha256");
      let mostWaiting = 0;
      const sink = new Writable({
        write(chunk: Buffer, _encoding, callback) {
          hash.update(chunk);
          mostWaiting = Math.max(mostWaiting, this.writableLength);
          setImmediate(callback);
        },
      });
      const script = "yes 0123456789 | tr -d '\\n' | head -c 20000000";
      const { stdout } = await remote.exec(["sh", "-c", script], { stdout: sink });
      expect(stdout).toBe("");
      expect(hash.digest("hex")).toBe(expected);
      // Held back on the host instead of here: a window's worth at most.
      expect(mostWaiting).toBeLessThan(4 * 1024 * 1024);
    });

    test("gives output to a callback as it comes", async () => {
      const marker = join(dir, "seen");
      const script = `echo first; while [ ! -e "$1" ]; do sleep 0.02; done; echo second`;
      const chunks: string[] = [];
      const stdout = (chunk: Buffer) => {
        chunks.push(chunk.toString());
        // Only when the first line is here does the command go on.
        if (chunks.length === 1) void remote.exec(["touch", marker]);
      };
      await remote.exec(["sh", "-c", script, "sh", marker], { stdout, timeoutMs: 20_000 });
      expect(chunks).toEqual(["first\n", "second\n"]);
    });

    test("a sink that fails ends the command, and is the error", async () => {
      const stdout = () => {
        throw new Error("sink full");
      };
      await expect(remote.exec(["yes"], { stdout })).rejects.toThrow("sink full");
    });

    test("runs 30 commands at once", async () => {
      const runs = Array.from({ length: 30 }, (_, index) =>
        remote.exec(["sh", "-c", `sleep 0.1; echo ${index}; exit ${index}`]),
      );
      const results = await Promise.all(runs);
      expect(results.map((result) => result.exitCode)).toEqual(Array.from({ length: 30 }, (_, index) => index));
      expect(results.map((result) => result.stdout)).toEqual(Array.from({ length: 30 }, (_, index) => `${index}\n`));
    });

    /** A shell with a child and a grandchild, which tells their process ids and does not let SIGTERM stop it. */
    const tree = `trap "" TERM; sh -c 'sleep 300 & echo $! > "$1.3"; echo $$ > "$1.2"; wait' sh "$1" & echo $$ > "$1.1"; wait; wait`;
    const pidsOf = async (name: string) => {
      const files = ["1", "2", "3"].map((n) => join(dir, `${name}.${n}`));
      for (;;) {
        const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
        if (texts.every((text) => text.endsWith("\n"))) return texts.map(Number);
        await delay(10);
      }
    };

    test("a timeout ends the command with everything that it started", async () => {
      const argv = ["sh", "-c", tree, "sh", join(dir, "timeout")];
      const error = await remote.exec(argv, { timeoutMs: 1500 }).catch((failure: unknown) => failure);
      expect(error).toMatchObject({ kind: "timeout", host: remote.host });
      expect((error as Error).message).toContain("no end within 1.5 s: sh -c");
      expect((await pidsOf("timeout")).filter(isRunning)).toEqual([]);
    });

    test("an abort ends the command with everything that it started", async () => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const argv = ["sh", "-c", tree, "sh", join(dir, "abort")];
      const running = remote.exec(argv, { signal: controller.signal }).catch((failure: unknown) => failure);
      const pids = await pidsOf("abort");
      expect(pids.every(isRunning)).toBe(true);
      controller.abort(reason);
      const error = await running;
      expect(error).toMatchObject({ kind: "aborted" });
      expect((error as Error).cause).toBe(reason);
      expect(pids.filter(isRunning)).toEqual([]);
    });

    test("an abort before the start starts nothing", async () => {
      const file = join(dir, "never");
      const signal = AbortSignal.abort(new Error("no"));
      await expect(remote.exec(["touch", file], { signal })).rejects.toMatchObject({ kind: "aborted" });
      expect(existsSync(file)).toBe(false);
    });

    test("what moved to a session of its own outlives its command", async () => {
      const file = join(dir, "detached");
      const script = `setsid sh -c 'echo $$ > "$1"; exec sleep 300' sh "$1" </dev/null >/dev/null 2>&1 &`;
      await remote.exec(["sh", "-c", script, "sh", file]);
      while (!existsSync(file) || (await readFile(file, "utf8")) === "") await delay(10);
      const pid = Number(await readFile(file, "utf8"));
      expect(isRunning(pid)).toBe(true);
      process.kill(pid, "SIGKILL");
    });

    test("open talks with a command, and sees its end", async () => {
      await using talk = await remote.open(["sh", "-c", 'while read -r line; do echo "<$line>"; done; exit 5']);
      const answers: string[] = [];
      talk.stdout.setEncoding("utf8").on("data", (text: string) => answers.push(text));
      talk.stdin.write("one\n");
      while (answers.length < 1) await delay(5);
      talk.stdin.end("two\n");
      expect(await talk.done).toEqual({ exitCode: 5, stderr: "" });
      expect(answers.join("")).toBe("<one>\n<two>\n");
    });

    test("kill ends what open started, again and again", async () => {
      const talk = await remote.open(["sh", "-c", tree, "sh", join(dir, "kill")]);
      const pids = await pidsOf("kill");
      await talk.kill();
      await talk.kill();
      expect(pids.filter(isRunning)).toEqual([]);
      expect((await talk.done).exitCode).toBe(137);
    });

    test("closing it ends what still runs", async () => {
      const another = await open();
      const file = join(dir, "at-close");
      const running = await another.open(["sh", "-c", `echo $$ > "$1"; exec sleep 300`, "sh", file]);
      while (!existsSync(file) || (await readFile(file, "utf8")) === "") await delay(10);
      await another.close();
      expect(isRunning(Number(await readFile(file, "utf8")))).toBe(false);
      await running.done.catch(() => undefined);
      await expect(another.exec(["true"])).rejects.toMatchObject({ kind: "connection" });
    });

    test("leaving the block ends a command that is followed", async () => {
      const file = join(dir, "followed");
      let pid: number;
      {
        await using follow = await remote.open([
          "sh",
          "-c",
          `echo $$ > "$1"; echo; exec tail -n +1 -F "$1"`,
          "sh",
          file,
        ]);
        follow.stdout.resume();
        while (!existsSync(file) || (await readFile(file, "utf8")) === "") await delay(10);
        pid = Number(await readFile(file, "utf8"));
        expect(isRunning(pid)).toBe(true);
      }
      expect(isRunning(pid)).toBe(false);
    });
  });
}

/** A process that has ended but was not waited for yet counts as ended. */
function isRunning(pid: number): boolean {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return false;
  }
  return !/^State:\s+[ZX]/m.test(status);
}
