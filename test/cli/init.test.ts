import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { starterFile } from "../../src/cli/starter-file.ts";
import { lkload, TestFolder } from "./test-system.ts";

describe("lkload init", () => {
  it("writes a file that validates and names its schema", async () => {
    await using folder = await TestFolder.make();
    const { exitCode, stdout, stderr } = await folder.lkload(["init"]);
    expect([exitCode, stdout]).toEqual([0, ""]);
    expect(stderr).toContain("lkload.yaml written");
    const text = await readFile(join(folder.dir, "lkload.yaml"), "utf8");
    const schema = /^# yaml-language-server: \$schema=(.+)\n/.exec(text)?.[1] ?? "";
    expect(existsSync(isAbsolute(schema) ? schema : resolve(folder.dir, schema))).toBe(true);
    expect(await folder.lkload(["plan", "--local"])).toMatchObject({ exitCode: 0 });
  });

  it("writes defaults and examples that are right when their # is taken away", async () => {
    const starterText = starterFile("x");
    const settings = starterText
      .slice(starterText.indexOf("\nversion:"))
      .split("\n")
      .map((line) => line.replace(/^( *)# ( *(- |\w+:( |$)))/, "$1$2"))
      .filter((line) => !line.includes("scenario:"))
      .join("\n");
    const { exitCode, stderr } = await lkload(["config"], { files: { "lkload.yaml": settings } });
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    const starter = await lkload(["config", "--json"], { files: { "lkload.yaml": settings } });
    const { config } = JSON.parse(starter.stdout) as { config: { load: unknown; run: unknown } };
    const defaults = await lkload(["config", "--json"]);
    const plain = JSON.parse(defaults.stdout) as { config: { load: unknown; run: unknown } };
    expect(config.load).toEqual(plain.config.load);
    expect(config.run).toEqual(plain.config.run);
  });

  it("never replaces a file unasked", async () => {
    await using folder = await TestFolder.make({ "lkload.yaml": "mine" });
    const refused = await folder.lkload(["init"]);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("--force");
    expect(await readFile(join(folder.dir, "lkload.yaml"), "utf8")).toBe("mine");
    expect(await folder.lkload(["init", "--force"])).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(folder.dir, "lkload.yaml"), "utf8")).toContain("livekit:");
  });

  it("makes the folder of another name", async () => {
    await using folder = await TestFolder.make();
    const { exitCode, stderr } = await folder.lkload(["init", "load/staging.yaml"]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain("lkload plan -c load/staging.yaml --local");
    expect(await folder.list()).toEqual(["load", "load/staging.yaml"]);
  });
});
