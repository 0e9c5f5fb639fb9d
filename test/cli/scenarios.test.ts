import { describe, expect, it } from "vitest";
import { scenarios } from "../../src/config/scenarios.ts";
import { lkload } from "./test-system.ts";

describe("lkload scenarios", () => {
  it("lists all of them within the terminal's width", async () => {
    const { exitCode, stdout } = await lkload(["scenarios"], { columns: 80 });
    expect(exitCode).toBe(0);
    for (const { name } of scenarios) expect(stdout).toContain(`${name}\n`);
    expect(stdout).toContain("2,500 participants: 250 publishers, 150 of them with video, 2,250 subscribers");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("lists them as JSON", async () => {
    const { stdout } = await lkload(["scenarios", "--json"]);
    expect(JSON.parse(stdout)).toEqual(scenarios);
  });
});
