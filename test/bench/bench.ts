/**
 * `npm run bench`: measures what lkload promises, against its peers on the same machine in the same run.
 *
 *     npm run bench                        all measurements
 *     npm run bench -- help analyse        some of them
 *     npm run bench -- --write-docs        and writes docs/bench.md
 *
 * Prints a table and writes `bench-results/<time>.json`. A missed target is told, and is no failure; exit code 1 means
 * that something could not be measured.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stopSignal } from "../lab/foreground.ts";
import { stderrProgress } from "../lab/progress.ts";
import { ensureTools } from "../lab/tools.ts";
import { analyse } from "./analyse.ts";
import { ansible } from "./ansible.ts";
import { help } from "./help.ts";
import { thisMachine, type Machine } from "./machine.ts";
import { isMet, ratioOf, type Measurement, type Row } from "./measurement.ts";
import { sampler } from "./sampler.ts";
import { skew } from "./skew.ts";
import { stop } from "./stop.ts";
import { renderMarkdown, renderTable } from "./table.ts";

const root = join(import.meta.dirname, "..", "..");
const measurements: readonly Measurement[] = [help, ansible, skew, stop, analyse, sampler];

const args = process.argv.slice(2);
const writeDocs = args.includes("--write-docs");
const names = args.filter((arg) => arg !== "--write-docs");
const unknown = names.filter((name) => !measurements.some((one) => one.name === name));
if (unknown.length > 0) {
  console.error(
    `no measurement is called ${unknown.join(", ")}: there are ${measurements.map((m) => m.name).join(", ")}`,
  );
  process.exit(2);
}
if (writeDocs && names.length > 0) {
  console.error("--write-docs writes the whole table: leave out the names");
  process.exit(2);
}
process.exitCode = await bench(measurements.filter(({ name }) => names.length === 0 || names.includes(name)));

async function bench(chosen: readonly Measurement[]): Promise<number> {
  const progress = stderrProgress();
  const signal = stopSignal();
  const machine = thisMachine();
  const startedAt = new Date();
  const rows: Row[] = [];
  const failures: string[] = [];
  for (const measurement of chosen) {
    if (signal.aborted) break;
    progress.say(`${measurement.name}: begins`);
    try {
      await ensureTools(measurement.tools, { progress, signal });
      rows.push(...(await measurement.run({ progress, signal })));
    } catch (error) {
      failures.push(`${measurement.name}: not measured: ${reasonOf(error)}`);
      progress.say(failures.at(-1) ?? "");
    }
  }

  if (rows.length > 0) {
    const file = await writeResults(startedAt, machine, rows, failures);
    process.stdout.write(`\n${renderTable(rows)}\n${file}\n`);
  }
  for (const failure of failures) console.error(failure);
  if (signal.aborted) return 130;
  if (failures.length > 0) return 1;
  if (writeDocs) await writeFile(join(root, "docs", "bench.md"), docsPage(startedAt, machine, rows));
  return 0;
}

/** What went wrong first: an error while cleaning up after another one holds that one. */
function reasonOf(error: unknown): string {
  if (error instanceof SuppressedError) return `${reasonOf(error.suppressed)} (and then: ${reasonOf(error.error)})`;
  return error instanceof Error ? error.message : String(error);
}

async function writeResults(
  startedAt: Date,
  machine: Machine,
  rows: readonly Row[],
  failures: readonly string[],
): Promise<string> {
  const dir = join(root, "bench-results");
  await mkdir(dir, { recursive: true });
  const file = join(dir, `${startedAt.toISOString().replaceAll(/[:.]/g, "-")}.json`);
  const document = {
    schema: "lkload/bench",
    version: 1,
    startedAt: startedAt.toISOString(),
    machine,
    rows: rows.map((row) => Object.assign({}, row, { ratio: ratioOf(row), met: isMet(row) })),
    failures,
  };
  await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
  return file;
}

function docsPage(startedAt: Date, machine: Machine, rows: readonly Row[]): string {
  const { cpu, cores, memoryGiB, kernel, node, loadBefore } = machine;
  return `# What lkload promises, measured

Written by \`npm run bench -- --write-docs\` on ${startedAt.toISOString().slice(0, 10)}: ${cores} cores (${cpu}), ${memoryGiB} GiB of memory, ${kernel}, Node ${node}. The load average of the minute before was ${loadBefore}: the machine also did other work when that is near or above the number of cores.

Hosts are network namespaces of this one machine, each with a real sshd: all that the hosts do shares its cores with lkload and with its peers. Ratios are of things measured in the same run.

${renderMarkdown(rows)}`;
}
