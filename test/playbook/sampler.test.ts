/** The sampler against the kernel's own files, and against ones that were written down on other machines. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { tempDir } from "../lab/temp-dir.ts";

const script = join(import.meta.dirname, "../../playbooks/sampler.sh");

/** The first lines that the sampler prints, as words by key; the keys of one sample in one entry. */
async function sample(
  env: Record<string, string>,
  samples: number,
): Promise<{ time: number; words: Map<string, string> }[]> {
  const child = spawn("bash", [script], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const found: { time: number; words: Map<string, string> }[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    expect(line.length).toBeLessThan(4096);
    const [time = "", source, ...words] = line.split(" ");
    expect(source).toBe("smp");
    if (found.at(-1)?.time !== Number(time)) {
      if (found.length === samples) break;
      found.push({ time: Number(time), words: new Map() });
    }
    for (const word of words)
      found.at(-1)?.words.set(word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1));
  }
  child.kill();
  await exited;
  return found;
}

test("once per second, on the second, what the kernel counts", async () => {
  await using dir = await tempDir("sampler");
  await writeFile(join(dir.path, "pids"), `s1 999999999\ns1 ${process.pid}\n`);
  const [first, second, ...others] = await sample({ LKLOAD_GENERATOR: dir.path }, 6);
  expect(first?.words.get("hz")).toMatch(/^\d+$/);
  expect(second?.words.has("hz")).toBe(false);
  // On a busy machine some are late, and may leave out a second; none is taken twice, and not all are two apart.
  const times = [second, ...others].map((taken) => taken?.time ?? Number.NaN);
  const seconds = times.map(Math.round);
  expect(Math.min(...seconds.slice(1).map((second, i) => second - (seconds[i] ?? Number.NaN)))).toBe(1);
  expect(Math.min(...times.map((time) => Math.abs(time - Math.round(time))))).toBeLessThan(0.05);
  const cores = Number(execFileSync("nproc", ["--all"], { encoding: "utf8" }));
  const shape = (key: string, numbers: number) =>
    expect(second?.words.get(key), key).toMatch(new RegExp(`^\\d+(,\\d+){${numbers - 1}}$`));
  for (let core = 0; core < cores; core++) shape(`c${core}`, 8);
  for (const [key, numbers] of [
    ["mem", 2],
    ["n.lo", 8],
    ["udp", 6],
    ["soft", 3],
    ["sock", 3],
    ["fd", 2],
    ["p.s1", 5],
  ] as const) {
    shape(key, numbers);
  }
  const [pid, , , rssKb] = (second?.words.get("p.s1") ?? "").split(",").map(Number);
  expect(pid).toBe(process.pid);
  expect(Math.abs((rssKb ?? 0) * 1024 - process.memoryUsage().rss)).toBeLessThan(200 * 1024 * 1024);
}, 20_000);

/** A machine with 128 cores, old column names, no IPv6 and files that are not there. */
async function otherMachine(path: string): Promise<void> {
  await mkdir(join(path, "net"), { recursive: true });
  await mkdir(join(path, "sys/fs"), { recursive: true });
  const cores = Array.from({ length: 128 }, (_, i) => `cpu${i} 123456${i} 0 7654321 987654321${i} 1234 0 4321 99 0 0`);
  await writeFile(join(path, "stat"), `cpu  1 2 3 4 5 6 7 8 0 0\n${cores.join("\n")}\nintr 1 2 3\nctxt 5\n`);
  await cp("/proc/meminfo", join(path, "meminfo"));
  await writeFile(
    join(path, "net/dev"),
    "Inter-|\n face |\neth0:123 4 5 6 0 0 0 0 789 10 11 12 0 0 0 0\n  idle0: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
  );
  await writeFile(
    join(path, "net/snmp"),
    "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors\nUdp: 1 2 3 4 5 6\n",
  );
  await writeFile(join(path, "net/softnet_stat"), "0000000a 00000001 00000002 0\n00000014 00000001 00000003 0\n");
}

test("a large machine's sample spans several lines; what a machine lacks is absent, never 0", async () => {
  await using dir = await tempDir("sampler");
  await otherMachine(dir.path);
  const [first] = await sample({ LKLOAD_GENERATOR: dir.path, LKLOAD_PROC: dir.path }, 1);
  const words = first?.words ?? new Map<string, string>();
  expect(words.get("c0")).toBe("1234560,0,7654321,9876543210,1234,0,4321,99");
  expect(words.get("c127")).toBe("123456127,0,7654321,987654321127,1234,0,4321,99");
  expect(words.get("n.eth0")).toBe("123,4,5,6,789,10,11,12");
  expect(words.has("n.idle0")).toBe(false);
  expect(words.get("udp")).toBe("1,2,3,4,5,6");
  expect(words.get("soft")).toBe("30,2,5");
  for (const key of ["sock", "fd"]) expect(words.has(key), key).toBe(false);
});

/** Of this machine, as it is now: what so many turns of an empty loop take bash. */
function bashLoopMs(turns: number): number {
  const script = `for ((i = 0; i < ${turns}; i++)); do :; done; read -r ns _ </proc/self/schedstat; echo "$ns"`;
  return Number(execFileSync("bash", ["-c", script], { encoding: "utf8" })) / 1e6;
}

// What part of a core it takes is measured in test/bench/sampler.ts: here, that it does little, on machines of any speed.
test("costs no more than so many turns of an empty loop", async () => {
  await using dir = await tempDir("sampler");
  const child = spawn("bash", [script], {
    env: { PATH: process.env["PATH"], LKLOAD_GENERATOR: dir.path },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const cpuMs = async () => Number((await readFile(`/proc/${child.pid}/schedstat`, "utf8")).split(" ")[0]) / 1e6;
  await lines.next();
  await lines.next();
  const before = await cpuMs();
  for (let second = 0; second < 3; second++) await lines.next();
  const perSecond = ((await cpuMs()) - before) / 3;
  child.kill();
  await once(child, "exit");
  expect(perSecond).toBeLessThan(bashLoopMs(5000));
}, 20_000);
