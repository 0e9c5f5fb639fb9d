/** This machine: enough of a Node, and room for what a run writes. */
import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { ok, problem, type Check, type CheckOutcome } from "./check.ts";

const group = "This machine";
/** `package.json` engines. */
const leastNode = 24;
/** Logs of a few hosts, their archives beside them, and reports: what a run of an hour took, several times over. */
const neededBytes = 1e9;

export function machineChecks({ nodeVersion, stateDir }: { nodeVersion: string; stateDir: string }): Check[] {
  return [
    { group, name: "Node", run: async () => checkNode(nodeVersion) },
    { group, name: "disk", run: () => checkDisk(stateDir) },
  ];
}

export function checkNode(version: string): CheckOutcome {
  const major = Number(/^v?(\d+)/.exec(version)?.[1]);
  if (major >= leastNode) return ok(version);
  return problem(
    `Node ${version}, and lkload needs ${leastNode} or newer`,
    `install Node ${leastNode} (https://nodejs.org)`,
  );
}

/** Where the run folders are, or will be. */
export async function checkDisk(stateDir: string): Promise<CheckOutcome> {
  const dir = await nearestDir(stateDir);
  const writable = await access(dir, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable) return problem(`${dir} can't be written to`, "name another folder with --run-dir");
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  const text = `${gigabytes(free)} GB free at ${dir}`;
  if (free >= neededBytes) return ok(text);
  return problem(
    `only ${text}, and a run may need ${gigabytes(neededBytes)} GB`,
    "make room, or name another folder with --run-dir",
  );
}

/** The folder itself, or the nearest one above it that is there already. */
async function nearestDir(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true || dirname(path) === path ? path : nearestDir(dirname(path));
}

const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(bytes < 10e9 ? 1 : 0);
