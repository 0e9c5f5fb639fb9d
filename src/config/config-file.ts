/** `lkload.yaml`: its settings, and where in the file each of them stands. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import { ConfigError, type ConfigProblem } from "./problem.ts";
import { maskLine } from "./show-value.ts";
import { faultText } from "./yaml-faults.ts";

export const defaultFileName = "lkload.yaml";
const otherNames = ["lkload.yml", "lkload.json"];

export type ConfigFile = {
  /** As the user named it. */
  readonly name: string;
  /** Relative paths in the file start here. */
  readonly dir: string;
  readonly settings: unknown;
  /** `lkload.yaml:12:5` of the setting, or of the nearest thing above it that the file has. */
  readonly position: (path: readonly PropertyKey[]) => string;
};

export type ReadOutcome = { file: ConfigFile | null; problems: ConfigProblem[] };

/**
 * Reads the named file, or `lkload.yaml` in `cwd` where there is one. What YAML itself refuses comes as problems.
 * @throws {ConfigError} when a named file cannot be read
 */
export async function readConfigFile(named: string | undefined, cwd: string): Promise<ReadOutcome> {
  const name = named ?? defaultFileName;
  const path = resolve(cwd, name);
  try {
    return parseConfigFile(name, dirname(path), await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" && named === undefined) return { file: null, problems: await misnamed(cwd) };
    const reason =
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "this is a folder" : (error as Error).message;
    const where = named === undefined ? name : "--config";
    throw new ConfigError([{ where, given: named, problem: reason }], {
      hint: code === "ENOENT" ? "`lkload init` writes a starter file" : undefined,
    });
  }
}

/** A file under a name that is never read would be ignored in silence. */
async function misnamed(cwd: string): Promise<ConfigProblem[]> {
  for (const name of otherNames) {
    const found = await readFile(resolve(cwd, name)).then(
      () => true,
      () => false,
    );
    if (found) {
      return [{ where: name, problem: `only ${defaultFileName} is read by itself: rename it, or give -c ${name}` }];
    }
  }
  return [];
}

/** @param text the file's content */
export function parseConfigFile(name: string, dir: string, text: string): ReadOutcome {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  // What follows a fault on its line is the same fault, seen again.
  const faults = Map.groupBy([...document.errors, ...document.warnings], ({ pos }) => lines.linePos(pos[0]).line);
  if (faults.size > 0) {
    const problems = [...faults.values()].map(([fault]) => ({
      where: at(fault!.pos[0]),
      given: maskLine(lineAt(text, fault!.pos[0])).trim(),
      problem: faultText(fault!),
    }));
    return { file: null, problems };
  }
  let settings: unknown;
  try {
    settings = document.toJS();
  } catch (error) {
    return { file: null, problems: [{ where: name, problem: `not readable as YAML: ${(error as Error).message}` }] };
  }
  if (settings === null || settings === undefined) settings = {};
  if (typeof settings !== "object" || Array.isArray(settings)) {
    return {
      file: null,
      problems: [{ where: `${name}:1:1`, problem: "must be a map of settings, such as `load:` with lines below it" }],
    };
  }
  return { file: { name, dir, settings, position: (path) => at(offsetOf(document, path)) }, problems: [] };
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return text.slice(start, end === -1 ? undefined : end);
}

/** Offset of the key (or of the list's entry) at the path, as far as the file has it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const name of path) {
    if (isAlias(node)) node = (node.resolve(document) as Node | undefined) ?? null;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
      if (!pair) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value as Node | null;
    } else if (isSeq(node)) {
      node = (node.items[Number(name)] as Node | undefined) ?? null;
      offset = node?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
