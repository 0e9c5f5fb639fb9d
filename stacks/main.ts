/**
 * For those who have the CDKTF CLI: `LKLOAD_SPEC=spec.json cdktf synth`, with a specification as `lkload synth` writes
 * it. lkload itself does not come through here.
 */
import { App } from "cdktf";
import { readFileSync } from "node:fs";
import { LoadGenerators } from "./load-generators.ts";
import type { LoadGeneratorsSpec } from "./load-generators-spec.ts";

const file = process.env["LKLOAD_SPEC"];
if (file === undefined || file === "") {
  console.error("LKLOAD_SPEC must name the specification: the spec.json that `lkload synth` writes");
  process.exit(2);
}
// CDKTF's CLI names the output folder in CDKTF_OUTDIR, which App reads.
const app = new App({ stackTraces: false });
new LoadGenerators(app, JSON.parse(readFileSync(file, "utf8")) as LoadGeneratorsSpec);
app.synth();
