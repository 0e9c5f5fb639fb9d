/** Synthesizes a stack in a process of its own: prints how long it took in ms, with and without loading CDKTF. */
import { modes, standInSpec } from "../../fleet/openstack/stand-in-spec.ts";
const [dir = "", vms = "0"] = process.argv.slice(2);
const spec = standInSpec(Number(vms), modes.existing);
const started = performance.now();
const { synthesize } = await import("../../../stacks/load-generators.ts");
const loaded = performance.now();
synthesize(spec, dir);
const ended = performance.now();
console.log(JSON.stringify({ wholeMs: ended - started, synthMs: ended - loaded }));
