/** The text that bash evaluates: variables, then what all playbooks share, then the playbook. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { existsSync } from "node:fs";
import { Secret } from "../config/secret.ts";
import { exitCodes, LkloadError } from "../errors.ts";

export type Variables = Readonly<Record<string, string | Secret>>;

/** Exported strings count against what each command that the playbook starts may be given (128 KiB per string). */
const maxExportedBytes = 32 * 1024;

/**
 * Assignments for the shell. Secrets and long texts are not exported: commands that the playbook starts do not get them.
 */
export function assignments(variables: Variables): string {
  return Object.entries(variables)
    .map(([name, value]) => {
      if (!/^[A-Z][A-Z0-9_]*$/.test(name)) throw new TypeError(`not a variable name: ${name}`);
      const text = value instanceof Secret ? value.reveal() : value;
      if (text.includes("\0")) throw new TypeError(`${name} holds a NUL`);
      const exported = !(value instanceof Secret) && Buffer.byteLength(text) <= maxExportedBytes;
      return `${exported ? "export " : ""}${name}='${text.replaceAll("'", String.raw`'\''`)}'\n`;
    })
    .join("");
}

/** One of lkload's own playbooks, with its library in front. */
export async function ownPlaybook(name: string): Promise<string> {
  return `${await readPlaybook("lib.sh")}\n${await readPlaybook(name)}`;
}

/**
 * Some of lkload's own playbooks in one text, with their library in front once. Each runs in a shell of its own, and a
 * line `section=<exit code>` follows what it prints; the first that exits other than 0 is the last.
 */
export async function playbookSeries(names: readonly string[]): Promise<string> {
  const [library, ...playbooks] = await Promise.all(["lib.sh", ...names].map(readPlaybook));
  const sections = playbooks.map((text) => `(\n${text}\n)\nsection_end $?\n`);
  return `${library}\nknow_machine\n${sections.join("")}exit\n`;
}

const texts = new Map<string, Promise<string>>();

/** The text of a file in `playbooks/`, read once. */
export function readPlaybook(name: string): Promise<string> {
  const known = texts.get(name);
  if (known !== undefined) return known;
  const text = readFile(join(playbookDir(), name), "utf8");
  texts.set(name, text);
  return text;
}

/**
 * A user's playbook. Bash gets the whole of it before it runs any of it, and its standard input is empty: a command
 * in it that reads input cannot swallow the rest of the script.
 */
export async function userPlaybook(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new LkloadError(exitCodes.usage, `cannot read the playbook ${path}`, {
      hint: "check `playbooks` in the configuration: paths are relative to the folder that lkload is started in",
      cause: error,
    });
  });
  return `${assignments({ USER_PLAYBOOK: new Secret(text) })}eval "$USER_PLAYBOOK" </dev/null\nexit\n`;
}

/** Sources lie in `src/`, what is published in `dist/src/`: the package's folder is the one with package.json. */
function playbookDir(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, "package.json"))) {
    const parent = dirname(dir);
    if (parent === dir) throw new Error("playbooks/ is missing: the installation of lkload is incomplete");
    dir = parent;
  }
  return join(dir, "playbooks");
}
