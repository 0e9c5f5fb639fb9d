/** `docs/truth.md`: what was injected against what lkload reported. Each case is a row, written by its test. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lkVersion, livekitServerVersion } from "../lab/binaries.ts";

const path = join(import.meta.dirname, "..", "..", "docs", "truth.md");

export type TruthRow = {
  /** What was done, and to what: the row's name. */
  fault: string;
  /** What was really there, and who counted it. */
  injected: string;
  reported: string;
  /** How far off the report may be. */
  allowed: string;
};

const columns = ["fault", "injected", "reported", "allowed"] as const;

const text = `# Injected against reported

Written by \`npm run test:truth\`, the row about VMs by \`npm run test:openstack\`: each row is a whole run of lkload with a real lk ${lkVersion} and livekit-server ${livekitServerVersion} over hosts in network namespaces (or VMs, where the row says so), into which a known fault was put. The test fails when the report is further off than allowed. What was injected is counted by others than lkload: the packet filter, the wire, the operating system, the server.

| Fault | Injected | Reported | Allowed |
|---|---|---|---|
`;

/** Puts the row in place of the one with the same name, or at the end. */
export function recordTruth(row: TruthRow): void {
  const rows = existsSync(path) ? readRows(readFileSync(path, "utf8")) : [];
  const at = rows.findIndex(({ fault }) => fault === row.fault);
  if (at < 0) rows.push(row);
  else rows[at] = row;
  writeFileSync(path, text + rows.map((one) => `| ${columns.map((name) => one[name]).join(" | ")} |\n`).join(""));
}

function readRows(markdown: string): TruthRow[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| Fault |"))
    .map((line) => {
      const [fault = "", injected = "", reported = "", allowed = ""] = line.slice(2, -2).split(" | ");
      return { fault, injected, reported, allowed };
    });
}
