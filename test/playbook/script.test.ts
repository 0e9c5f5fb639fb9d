import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Secret } from "../../src/config/secret.ts";
import { LkloadError } from "../../src/errors.ts";
import { assignments, ownPlaybook, userPlaybook } from "../../src/playbook/script.ts";
import { tempDir } from "../lab/temp-dir.ts";

const bash = (input: string) => execFileSync("bash", ["-s"], { input, encoding: "utf8" });

test("bash gets every value as it is", () => {
  const odd = `it's "odd" $HOME \`x\` \\ \n\t; rm -rf / #`;
  expect(bash(`${assignments({ LKLOAD_A: odd })}printf %s "$LKLOAD_A"`)).toBe(odd);
});

test("secrets and long texts do not reach the commands of a playbook, other variables do", () => {
  const variables = { LKLOAD_A: "plain", LKLOAD_B: new Secret("hush"), LKLOAD_C: "x".repeat(200_000) };
  const script = 'printf "%s " "$LKLOAD_B" ${#LKLOAD_C}; env | grep -c ^LKLOAD_';
  expect(bash(assignments(variables) + script)).toBe("hush 200000 1\n");
});

test("what cannot be passed is refused", () => {
  expect(() => assignments({ LKLOAD_A: "a\0b" })).toThrow(TypeError);
  expect(() => assignments({ "A; rm": "x" })).toThrow(TypeError);
});

test("every playbook is harmless when it arrives cut off", async () => {
  for (const name of [
    "inspect.sh",
    "tune-kernel.sh",
    "restore-kernel.sh",
    "install-lk.sh",
    "start.sh",
    "stop.sh",
    "collect.sh",
    "cleanup.sh",
  ]) {
    const script = await ownPlaybook(name);
    // Without its last lines nothing has been called yet.
    const cut = script.slice(0, script.lastIndexOf('main "$@"'));
    expect(bash(cut), name).toBe("");
    expect(script.trimEnd().endsWith('main "$@" </dev/null\nexit'), name).toBe(true);
  }
});

test("a user's playbook may read its input without eating the script", async () => {
  await using dir = await tempDir("playbook");
  const path = join(dir.path, "mine.sh");
  await writeFile(path, `cat\nread -r line\necho "changed=it's done for $LKLOAD_RUN"\n`);
  const variables = assignments({ LKLOAD_RUN: "r1" });
  expect(bash(variables + (await userPlaybook(path)))).toBe("changed=it's done for r1\n");
});

test("a missing user's playbook is a usage error", async () => {
  await expect(userPlaybook("/nowhere/mine.sh")).rejects.toThrow(LkloadError);
});
