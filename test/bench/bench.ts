/**
 * `npm run bench`: measures what lkload promises, against its peers on the same machine in the same run.
 *
 *     npm run bench                        all measurements
 *     npm run bench -- help analyse        some of them
 *     npm run bench -- --write-docs        and writes docs/bench.md
 *     npm run bench -- --write-docs skew   the same, with the last results of this machine for the others
 *
 * Prints a table and writes `bench-results/<time>.json`. A missed target is told, and is no failure; exit code 1 means
 * that something could not be measured.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stopSignal } from "../lab/foreground.ts";
import { stderrProgress } from "../lab/progress.ts";
import { ensureTools } from "../lab/tools.ts";
import { analyse } from "./analyse.ts";
import { ansible } from "./ansible.ts";
import { help } from "./help.ts";
import { kubernetes } from "./kubernetes.ts";
import { thisMachine, type Machine } from "./machine.ts";
import { isMet, ratioOf, type Measurement, type Row } from "./measurement.ts";
import { openstack } from "./openstack.ts";
import { rtpWatch } from "./rtp-watch.ts";
import { sampler } from "./sampler.ts";
import { skew } from "./skew.ts";
import { stop } from "./stop.ts";
import { renderMarkdown, renderTable } from "./table.ts";

const root = join(import.meta.dirname, "..", "..");
const results = join(root, "bench-results");
/** With what tells it apart from the same row of another run. */
type MeasuredRow = Row & { measurement: string; measuredAt: string; loadBefore: number };

const measurements: readonly Measurement[] = [
  help,
  ansible,
  skew,
  stop,
  analyse,
  sampler,
  kubernetes,
  openstack,
  rtpWatch,
];

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
process.exitCode = await bench(measurements.filter(({ name }) => names.length === 0 || names.includes(name)));

async function bench(chosen: readonly Measurement[]): Promise<number> {
  const progress = stderrProgress();
  const signal = stopSignal();
  const machine = thisMachine();
  const startedAt = new Date();
  const rows: MeasuredRow[] = [];
  const failures: string[] = [];
  for (const measurement of chosen) {
    if (signal.aborted) break;
    progress.say(`${measurement.name}: begins`);
    try {
      await ensureTools(measurement.tools, { progress, signal });
      const { loadBefore } = thisMachine();
      const measuredAt = new Date().toISOString();
      const measured = await measurement.run({ progress, signal });
      rows.push(
        ...measured.map((row) => Object.assign({ measurement: measurement.name, measuredAt, loadBefore }, row)),
      );
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
  if (writeDocs) await writeFile(join(root, "docs", "bench.md"), docsPage(machine, await lastRows(machine)));
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
  rows: readonly MeasuredRow[],
  failures: readonly string[],
): Promise<string> {
  await mkdir(results, { recursive: true });
  const file = join(results, `${startedAt.toISOString().replaceAll(/[:.]/g, "-")}.json`);
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

/** The newest rows of each measurement that were made on a machine like this one, in the order of the measurements. */
async function lastRows(machine: Machine): Promise<MeasuredRow[]> {
  const newest = new Map<string, MeasuredRow[]>();
  for (const name of (await readdir(results)).toSorted()) {
    const document = JSON.parse(await readFile(join(results, name), "utf8")) as {
      machine: Machine;
      rows: MeasuredRow[];
    };
    const { cpu, cores, kernel, node } = document.machine;
    if (cpu !== machine.cpu || cores !== machine.cores || kernel !== machine.kernel || node !== machine.node) continue;
    for (const rows of Map.groupBy(document.rows, ({ measurement }) => measurement).values()) {
      const measurement = rows[0]?.measurement;
      if (measurement !== undefined) newest.set(measurement, rows);
    }
  }
  return measurements.flatMap(({ name }) => newest.get(name) ?? []);
}

function docsPage(machine: Machine, rows: readonly MeasuredRow[]): string {
  const { cpu, cores, memoryGiB, kernel, node } = machine;
  const times = [...new Map(rows.map((row) => [row.measurement, row])).values()].map(
    ({ measurement, measuredAt, loadBefore }) =>
      `\`${measurement}\` ${measuredAt.slice(0, 16).replace("T", " ")} UTC (${loadBefore})`,
  );
  const missing = measurements.filter(({ name }) => !rows.some(({ measurement }) => measurement === name));
  const left = missing.map(({ name }) => `\`${name}\``).join(", ");
  return `# What lkload promises, measured

Written by \`npm run bench -- --write-docs\`: ${cores} cores (${cpu}), ${memoryGiB} GiB of memory, ${kernel}, Node ${node}. When each was measured, and the load average of the minute before, which tells of other work on the machine when it is near or above the number of cores: ${times.join(", ")}.

Hosts are network namespaces of this one machine, each with a real sshd: all that the hosts do shares its cores with lkload and with its peers. Ratios are of things measured in the same run.

${left === "" ? "" : `Not measured for this page: ${left}.\n\n`}${renderMarkdown(rows)}`;
}
