/** lkload's code as npm installs it: compiled, so that nobody's types are stripped while it is timed. */
import { symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { timedChild } from "./timed-child.ts";

const root = join(import.meta.dirname, "..", "..");

/**
 * Compiles src/ into `dir`, and with it those files of the bench that run as programs of their own.
 * @returns where a source file's compiled form is, and where the package is
 */
export async function published(
  dir: string,
  signal: AbortSignal,
  programs: readonly string[] = [],
): Promise<(source: string) => string> {
  const outDir = join(dir, "dist");
  const project = join(dir, "tsconfig.json");
  const compilerOptions = { outDir, rootDir: root, typeRoots: [join(root, "node_modules", "@types")] };
  const include = [join(root, "src"), ...programs];
  await writeFile(project, JSON.stringify({ extends: join(root, "tsconfig.build.json"), compilerOptions, include }));
  for (const name of ["node_modules", "package.json", "playbooks"]) await symlink(join(root, name), join(dir, name));
  await timedChild(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", project], {
    signal,
  });
  return (source) => join(outDir, relative(root, source)).replace(/\.ts$/, ".js");
}
