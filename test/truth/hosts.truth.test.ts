/** A clock that is off, and a host that goes away in the middle of its load. */
import { globSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lkload } from "../lab/lkload.ts";
import { startTruthLab, type TruthLab } from "./truth-lab.ts";
import { recordTruth } from "./truth-table.ts";

let truth: TruthLab;
beforeAll(async () => {
  truth = await startTruthLab({ hosts: 3, host: (index) => (index === 1 ? { clockOffsetSeconds: 2 } : {}) });
});
afterAll(async () => {
  await truth[Symbol.asyncDispose]();
});

test("a host's clock 2 s ahead: its offset is known within 5 ms, and it starts with the others", async () => {
  const { result, stderr } = await truth.run({});
  const offsets = [0, 1, 2].map((index) => truth.hostResult(result, index).clockBefore?.offsetMs ?? Number.NaN);
  recordTruth({
    fault: "clock of one of three hosts ahead",
    injected: "2,000 ms (libfaketime's way: every clock read of the host)",
    reported: `offset ${(offsets[1] ?? Number.NaN).toFixed(1)} ms, the others ${[0, 2].map((i) => (offsets[i] ?? Number.NaN).toFixed(1)).join(" and ")} ms; start skew over all hosts ${result.start.skewMs?.toFixed(1) ?? "not measured"} ms`,
    allowed: "± 5 ms; skew ≤ 50 ms",
  });
  for (const [index, truthMs] of [0, 2000, 0].entries()) {
    expect(Math.abs((offsets[index] ?? Number.NaN) - truthMs), stderr).toBeLessThan(5);
  }
  expect(result.start.skewMs).toBeLessThan(50);
});

test("a host killed in its load: named, covered as two of three, and the rest is judged", async () => {
  const { result, exitCode, stdout, cwd } = await truth.run(
    { thresholds: { hostsFinished: false } },
    async (command) => {
      await command.until(/joined 24\/24/);
      await truth.lab.kill(truth.host(2));
    },
  );
  const killed = truth.hostResult(result, 2);
  const others = [0, 1].map((index) => truth.hostResult(result, index));
  recordTruth({
    fault: "one of three hosts killed during the load",
    injected: "all its processes at once, sshd too",
    reported: `verdict ${result.verdict.status}; ${killed.status}; hosts ${result.coverage.hosts.part} of ${result.coverage.hosts.whole}, joined ${result.totals.participants.joined} of ${result.totals.participants.intended}; the others: ${others.map(({ status }) => status).join(", ")}`,
    allowed: "invalid, that host named, the others' figures whole",
  });
  // A host that is gone cannot be cleaned up: that comes before the verdict.
  expect(exitCode, stdout).toBe(6);
  expect(result.verdict.status).toBe("invalid");
  expect(killed.status).toBe("lost");
  expect(result.verdict.reasons).toContainEqual(expect.objectContaining({ kind: "lost-host", host: killed.name }));
  expect(result.coverage.hosts).toMatchObject({ part: 2, whole: 3 });
  for (const host of others) {
    expect(host.status).toBe("finished");
    expect(host.participants.joined).toBe(8);
    expect(host.samples).toBeGreaterThanOrEqual(host.samplesExpected - 1);
  }
  // What the remaining hosts say is judged: no threshold goes without a figure that they could give.
  const judged = result.thresholds.filter(({ status }) => status !== "not judged").map(({ metric }) => metric);
  expect(judged).toContain("participantsJoined");

  // Once the host is there again, what was left on it can be removed.
  await truth.lab.revive(truth.host(2));
  const destroyed = await lkload(["destroy"], { cwd, env: truth.env });
  expect(destroyed.exitCode, destroyed.stderr).toBe(0);
  expect(globSync("/var/tmp/lkload-*/runs/*")).toEqual([]);
});
