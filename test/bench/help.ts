/** `lkload --help` as it is published, against a bare start of the same Node. */
import { join } from "node:path";
import { tempDir } from "../lab/temp-dir.ts";
import type { BenchContext, Measurement, Row } from "./measurement.ts";
import { published } from "./published.ts";
import { median } from "./statistics.ts";
import { timedChild } from "./timed-child.ts";

const runs = 25;
const root = join(import.meta.dirname, "..", "..");

export const help: Measurement = {
  name: "help",
  tools: [],
  async run({ progress, signal }: BenchContext): Promise<Row[]> {
    await using dir = await tempDir("bench-help");
    progress.say("help: compiling src/ as it is published");
    const compiled = await published(dir.path, signal);
    const commands = { help: [compiled(join(root, "src", "main.ts")), "--help"], bare: ["-e", "0"] };

    progress.say(`help: ${runs} runs of each, by turns`);
    const times = { help: [] as number[], bare: [] as number[] };
    // The first turn fills the disk cache and is not counted.
    for (let turn = 0; turn <= runs; turn++) {
      for (const which of ["help", "bare"] as const) {
        const { durationMs, stdout } = await timedChild(process.execPath, commands[which], { signal });
        if (which === "help" && !stdout.includes("Usage:")) throw new Error(`lkload --help printed no help: ${stdout}`);
        if (turn > 0) times[which].push(durationMs);
      }
    }
    return [
      {
        name: "`lkload --help`",
        unit: "ms",
        measured: median(times.help),
        peer: { name: "`node -e 0`", value: median(times.bare) },
        target: { kind: "times-at-most", value: 1.6 },
        note: `medians of ${runs} runs by turns; compiled code, as npm installs it`,
      },
    ];
  },
};
