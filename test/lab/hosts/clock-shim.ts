import { join } from "node:path";
import { runCommand } from "../run-command.ts";

const SOURCE = join(import.meta.dirname, "clock-shim.c");

/** Builds the library that makes dynamically linked programs see a wall clock off by so much; returns its path. */
export async function buildClockShim(dir: string, offsetSeconds: number): Promise<string> {
  const library = join(dir, `clock-${offsetSeconds}.so`);
  const offset = `-DOFFSET_NS=${Math.round(offsetSeconds * 1e9)}LL`;
  await runCommand("cc", ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", offset, "-o", library, SOURCE]);
  return library;
}
