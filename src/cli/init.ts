import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { defaultFileName } from "../config/config-file.ts";
import { exitCodes, LkloadError } from "../errors.ts";
import { packageRoot } from "../version.ts";
import type { Invocation } from "./options.ts";
import { starterFile } from "./starter-file.ts";
import type { System } from "./system.ts";

/** `lkload init [FILE]`: writes a commented configuration to start from. */
export async function initCommand({ args, options }: Invocation, system: System): Promise<number> {
  const name = args[0] ?? defaultFileName;
  const path = resolve(system.cwd, name);
  const force = options["force"] === true;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, starterFile(schemaFor(dirname(path))), { flag: force ? "w" : "wx" });
  } catch (error) {
    throw refusal(name, error as NodeJS.ErrnoException);
  }
  const option = name === defaultFileName ? "" : ` -c ${name}`;
  system.stderr.write(`${name} written. Next: \`lkload plan${option} --local\` shows what a run would do.\n`);
  return exitCodes.pass;
}

/** Relative where lkload is installed below the file's folder, so that the file can be shared with its project. */
function schemaFor(dir: string): string {
  const schema = join(packageRoot(), "schemas", "config.schema.json");
  const below = relative(dir, schema);
  return below.startsWith("..") ? schema : `./${below}`;
}

function refusal(name: string, error: NodeJS.ErrnoException): LkloadError {
  if (error.code === "EEXIST") {
    return new LkloadError(exitCodes.usage, `${name} is there already`, {
      hint: "--force replaces it; another name keeps both: `lkload init FILE`",
    });
  }
  return new LkloadError(exitCodes.usage, `${name} cannot be written: ${error.message}`, { cause: error });
}
