/** Writes `schemas/*.schema.json` from the schemas in the sources. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { documentNames, jsonSchemaText } from "../src/cli/documents.ts";

const dir = join(import.meta.dirname, "..", "schemas");
mkdirSync(dir, { recursive: true });
for (const name of documentNames) writeFileSync(join(dir, `${name}.schema.json`), jsonSchemaText(name));
