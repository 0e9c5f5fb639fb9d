/** The README holds commands, configuration and tables: what it says must be so. */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseCall } from "../../src/cli/parse-call.ts";
import { commands } from "../../src/cli/commands.ts";
import { noFlags } from "../../src/config/flags.ts";
import { loadConfig } from "../../src/config/load.ts";
import { scenarios } from "../../src/config/scenarios.ts";
import { exitCodes } from "../../src/errors.ts";

const root = join(import.meta.dirname, "..", "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "gm"))].map(([, text = ""]) => text);
const shellLines = blocks("sh")
  .flatMap((text) => text.split("\n"))
  .map((line) => line.replace(/\s+#.*$/, "").trim());

// Manifests for a cluster are tried on one: test/lab/kubernetes/livekit-cluster.ts.
const configurations = blocks("yaml").filter((text) => !text.startsWith("apiVersion:"));

describe("every configuration in it", () => {
  test.each(configurations.map((text, index) => [index + 1, text]))("number %i loads", async (_, text) => {
    const cwd = await mkdtemp(join(tmpdir(), "lkload-readme-"));
    try {
      // An extract stands without the version that a whole file begins with.
      expect(parse(text)).toBeTypeOf("object");
      await writeFile(join(cwd, "lkload.yaml"), text);
      const { config } = await loadConfig({ flags: noFlags, env: {}, cwd });
      expect(config.version).toBe(1);
    } finally {
      await rm(cwd, { recursive: true });
    }
  });
});

describe("every lkload command in it", () => {
  const calls = shellLines.filter((line) => /^lkload\b/.test(line));
  const inText = [...readme.matchAll(/`(lkload [a-z][^`]*)`/g)]
    .map(([, call = ""]) => call)
    .filter((call) => !/[[|A-Z]/.test(call));

  test.each([...new Set([...calls, ...inText])])("%s", (line) => {
    const words = line.split(/\s+/).slice(1);
    expect(parseCall(words).invocation.flags.problems).toEqual([]);
  });

  test("there are some", () => expect(calls.length).toBeGreaterThan(3));
});

test("every npm script that it names is there", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const named = shellLines.flatMap((line) => {
    const match = /^npm (?:run )?([a-z:]+)/.exec(line);
    return match?.[1] && !["ci", "install", "link"].includes(match[1]) ? [match[1]] : [];
  });
  expect(named).toEqual(expect.arrayContaining(["demo", "test", "check", "bench", "test:unit"]));
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
});

test("its exit codes are all there are", () => {
  const rows = [...readme.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code));
  expect(rows).toEqual(Object.values(exitCodes).toSorted((a, b) => a - b));
});

test("its scenarios are all there are", () => {
  const rows = [...readme.matchAll(/^\| `([a-z]+-\d+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(scenarios.map(({ name }) => name));
});

test("it names every command", () => {
  for (const { name } of commands) expect(readme).toMatch(new RegExp(`\`(?:lkload )?${name}\\b`));
});

test("every file that it links to is there", () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !link.startsWith("http"));
  expect(links.length).toBeGreaterThan(4);
  for (const link of links) expect(existsSync(join(root, link)), link).toBe(true);
});
