import { teardownSchema, type Result } from "../metrics/result.ts";
import type { RunFolder } from "./folder.ts";
import { readJsonIfThere, writeText } from "./store.ts";

/** Writes every report of the run from its result, with the proof of teardown once there is one. */
export async function writeReports(folder: RunFolder, result: Result): Promise<void> {
  const [{ renderHtml }, { renderMarkdown }, { renderJunit }, { renderCsv }] = await Promise.all([
    import("../report/html.ts"),
    import("../report/markdown.ts"),
    import("../report/junit.ts"),
    import("../report/csv.ts"),
  ]);
  const teardown = readJsonIfThere(folder.teardown, teardownSchema) ?? null;
  writeText(folder.reportHtml, renderHtml(result, teardown));
  writeText(folder.reportMd, renderMarkdown(result, teardown));
  writeText(folder.junit, renderJunit(result));
  writeText(folder.samplesCsv, renderCsv(result));
}
