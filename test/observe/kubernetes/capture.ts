import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A real answer of the API server: see captures/README.md. */
export function capture(name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, "captures", `${name}.json`), "utf8"));
}
