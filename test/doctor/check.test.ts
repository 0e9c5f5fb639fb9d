import { describe, expect, test } from "vitest";
import { after, notApplicable, ok, problem, runChecks, shared, type Check } from "../../src/doctor/check.ts";
import { exitCodes, LkloadError } from "../../src/errors.ts";
import { requireChecks } from "../../src/doctor/require.ts";
import { RemoteError } from "../../src/remote/remote.ts";

const never = new AbortController().signal;
const check = (run: Check["run"], deadlineMs?: number): Check => ({
  group: "g",
  name: "n",
  run,
  ...(deadlineMs === undefined ? {} : { deadlineMs }),
});
const failure = new LkloadError(exitCodes.infrastructure, "the cloud is down", { hint: "wait" });

test("all run at once, and are told in their order", async () => {
  const { promise: second, resolve } = Promise.withResolvers<void>();
  const checks = [
    // Only ends because the second one runs beside it.
    check(() => second.then(() => ok("first"))),
    check(async () => {
      resolve();
      return problem("second", "mend it");
    }),
    check(async () => notApplicable("third")),
  ];
  const results = await runChecks(checks, never);
  expect(results.map(({ status, seen }) => [status, seen])).toEqual([
    ["ok", "first"],
    ["problem", "second"],
    ["not applicable", "third"],
  ]);
});

test("one that never answers is a problem at its deadline, and its signal is aborted", async () => {
  let aborted = false;
  const stuck = check((signal) => {
    signal.addEventListener("abort", () => (aborted = true));
    return new Promise(() => undefined);
  }, 50);
  const [result] = await runChecks([stuck], never);
  expect(result).toMatchObject({ status: "problem", seen: "no answer within 0.05 s" });
  expect(aborted).toBe(true);
});

test("known failures are problems in their own words; others are bugs", async () => {
  const known = check(() => Promise.reject(failure));
  const remote = check(() => Promise.reject(new RemoteError("refused", "h1", "no key", { hint: "load one" })));
  expect(await runChecks([known, remote], never)).toMatchObject([
    { status: "problem", seen: "the cloud is down", remedy: "wait" },
    { status: "problem", seen: "h1: no key", remedy: "load one" },
  ]);
  await expect(runChecks([check(() => Promise.reject(new TypeError("x")))], never)).rejects.toThrow(TypeError);
});

test("an interrupt ends all of them with its reason", async () => {
  const interrupt = new AbortController();
  const running = runChecks([check(() => new Promise(() => undefined))], interrupt.signal);
  interrupt.abort(new Error("interrupted"));
  await expect(running).rejects.toThrow("interrupted");
});

describe("work that several checks look at", () => {
  test("is done once", async () => {
    let calls = 0;
    const work = shared(async () => ++calls);
    expect(await Promise.all([work(never), work(never)])).toEqual([1, 1]);
  });

  test("when it fails is told once, by whom it belongs to", async () => {
    const work = shared(() => Promise.reject(failure));
    const own = check(async (signal) => ok(String(await work(signal))));
    const other = check((signal) => after(work(signal), "the cloud is not reached", () => ok("never")));
    expect(await runChecks([own, other], never)).toMatchObject([
      { status: "problem", seen: "the cloud is down" },
      { status: "not applicable", seen: "the cloud is not reached" },
    ]);
  });
});

describe("a run that needs them", () => {
  const bad = (name: string) => check(async () => problem(`${name} is missing`, `bring ${name}`));

  test("begins where all is well, or does not matter", async () => {
    await expect(
      requireChecks([check(async () => ok("there")), check(async () => notApplicable("no need"))], never),
    ).resolves.toBeUndefined();
  });

  test("is refused in the same words, all problems at once", async () => {
    await expect(requireChecks([bad("a disk")], never)).rejects.toMatchObject({
      message: "a disk is missing",
      hint: "bring a disk",
      exitCode: 5,
    });
    await expect(requireChecks([bad("a disk"), bad("a key")], never)).rejects.toMatchObject({
      message: expect.stringMatching(/^2 problems.*a disk is missing.*→ bring a disk.*a key is missing/s) as string,
    });
  });
});
