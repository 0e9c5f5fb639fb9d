import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { exitCodes, LkloadError } from "../errors.ts";
import { resultSchema, teardownSchema, type Result, type Teardown } from "../metrics/result.ts";
import { findRun } from "../run/runs.ts";
import { readJson, readJsonIfThere } from "../run/store.ts";
import { wantsColor } from "./color.ts";
import type { Invocation } from "./options.ts";
import { stateDirOf } from "./state-dir.ts";
import type { System } from "./system.ts";

type Renderer = (result: Result, teardown: Teardown | null, system: System) => Promise<string>;

const renderers: Record<string, Renderer> = {
  text: async (result, _, system) => {
    const { renderTerminal } = await import("../report/terminal.ts");
    return renderTerminal(result, { columns: system.stdout.columns, color: wantsColor(system.stdout, system) });
  },
  html: async (result, teardown) => (await import("../report/html.ts")).renderHtml(result, teardown),
  md: async (result, teardown) => (await import("../report/markdown.ts")).renderMarkdown(result, teardown),
  junit: async (result) => (await import("../report/junit.ts")).renderJunit(result),
  csv: async (result) => (await import("../report/csv.ts")).renderCsv(result),
  json: (result) => Promise.resolve(`${JSON.stringify(result, null, 2)}\n`),
};

/** `lkload report RUN --format F [--out FILE]`: one report of an earlier run, from its result. */
export async function reportCommand(invocation: Invocation, system: System): Promise<number> {
  const wanted = invocation.options["format"];
  const format = typeof wanted === "string" ? wanted : "text";
  const render = renderers[format];
  if (!render) {
    throw new LkloadError(exitCodes.usage, `--format ${format}: not a format`, {
      hint: `one of ${Object.keys(renderers).join(", ")}`,
    });
  }
  const folder = findRun(await stateDirOf(invocation, system), invocation.args[0] ?? "latest");
  const result = readJson(folder.result, resultSchema);
  const text = await render(result, readJsonIfThere(folder.teardown, teardownSchema) ?? null, system);
  const out = invocation.options["out"];
  if (typeof out === "string" && out !== "-") {
    const path = resolve(system.cwd, out);
    try {
      writeFileSync(path, text);
    } catch (error) {
      throw new LkloadError(exitCodes.usage, `--out ${out}: cannot be written`, { cause: error, hint: String(error) });
    }
    system.stderr.write(`${path}\n`);
  } else system.stdout.write(text);
  return exitCodes.pass;
}
