import { describe, expect, it } from "vitest";
import { exitCodeOf, failureText } from "../../src/cli/failure.ts";
import { Interrupted } from "../../src/cli/system.ts";
import { ConfigError } from "../../src/config/problem.ts";
import { exitCodes, LkloadError } from "../../src/errors.ts";
import { RemoteError } from "../../src/remote/remote.ts";
import { lkload } from "./test-system.ts";

describe("failures", () => {
  it("that are known are a line and a hint, with their exit code", () => {
    const error = new LkloadError(exitCodes.invalid, "it is so", { hint: "do that" });
    expect(failureText(error)).toBe("lkload: it is so\nhint: do that");
    expect(exitCodeOf(error)).toBe(4);
    const remote = new RemoteError("refused", "node-1", "unknown key", { hint: "trust it" });
    expect(failureText(remote)).toBe("lkload: node-1: unknown key\nhint: trust it");
    expect(exitCodeOf(remote)).toBe(5);
  });

  it("that nobody foresaw are a bug, with their stack and cause", () => {
    const error = new TypeError("x is not y", { cause: new Error("deeper") });
    expect(failureText(error)).toMatch(
      /^lkload: this is a bug in lkload\nTypeError: x is not y\n +at [^]*caused by: Error: deeper/,
    );
    expect(exitCodeOf(error)).toBe(1);
    expect(exitCodeOf("a string")).toBe(1);
  });

  it("of the work are told before those of the cleaning up", () => {
    const cause = new LkloadError(exitCodes.infrastructure, "the cause");
    const error = new SuppressedError(new Error("cleanup 2"), new SuppressedError(new Error("cleanup 1"), cause));
    expect(failureText(error)).toBe("lkload: the cause");
    expect(exitCodeOf(error)).toBe(5);
  });

  it("by a signal are an interruption", () => {
    const interrupted = new Interrupted("SIGINT");
    const aborted = new DOMException("aborted", { name: "AbortError", cause: interrupted });
    expect(failureText(aborted)).toBe("lkload: interrupted by SIGINT");
    expect([interrupted, aborted].map(exitCodeOf)).toEqual([130, 130]);
  });

  it("wrap to the width that there is", () => {
    const problem = "a problem that is told in more words than fit on one line of a narrow terminal";
    const error = new ConfigError([{ where: "here", problem, suggestion: "one two three" }], { hint: "h" });
    const lines = failureText(error, { columns: 40 }).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(lines.at(-3)).toMatch(/one two three\?$/);
  });

  it("are in colour on a terminal only, and never with NO_COLOR", async () => {
    const escape = "\u001B[";
    expect((await lkload(["nope"], { isTTY: true })).stderr).toContain(escape);
    expect((await lkload(["nope"], { isTTY: true, env: { NO_COLOR: "1" } })).stderr).not.toContain(escape);
    expect((await lkload(["nope"])).stderr).not.toContain(escape);
  });
});
