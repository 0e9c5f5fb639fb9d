import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { commands } from "../../src/cli/commands.ts";
import { settingPaths } from "../../src/config/known-settings.ts";
import { lkload } from "./test-system.ts";

const widthOf = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

describe("help", () => {
  it("lists every command, for --help, -h and help alike", async () => {
    const { exitCode, stdout, stderr } = await lkload(["--help"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
    expect(widthOf(stdout)).toBeLessThanOrEqual(80);
    expect((await lkload(["-h"])).stdout).toBe(stdout);
    expect((await lkload(["help"])).stdout).toBe(stdout);
  });

  it("without a command is a mistake", async () => {
    const { exitCode, stdout, stderr } = await lkload([]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toBe((await lkload(["--help"])).stdout);
  });

  it.each(commands.map(({ name }) => name))("of %s tells every option, within 80 columns", async (name) => {
    const { exitCode, stdout } = await lkload([name, "--help"]);
    expect(exitCode).toBe(0);
    const { options } = commands.find((command) => command.name === name)!;
    for (const option of options)
      expect(stdout.includes(` ${option.name}`), option.name).toBe(option.refused === undefined);
    expect(widthOf(stdout)).toBeLessThanOrEqual(80);
    expect((await lkload(["help", name])).stdout).toBe(stdout);
    expect((await lkload([name, "--unknown", "-h"])).stdout).toBe(stdout);
  });

  it("shows examples that are right", async () => {
    for (const { name, examples, readsConfig } of commands) {
      if (!readsConfig) continue;
      for (const example of examples) {
        const words = example.replaceAll("'", "").split(" ").slice(2);
        const { stderr } = await lkload(["config", ...words]);
        expect(stderr, `${name}: ${example}`).toBe("");
      }
    }
  });

  it("is of options that set what there is", () => {
    const known = new Set(settingPaths());
    for (const { options } of commands) {
      for (const { sets, name } of options) if (sets) expect(known.has(sets.path.join(".")), name).toBe(true);
    }
  });

  it("--version tells the package's", async () => {
    expect(await lkload(["--version"])).toEqual({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: "" });
    expect((await lkload(["-V"])).stdout).toBe(`${manifest.version}\n`);
  });
});
