/**
 * Generates stacks/provider-openstack anew: its schema from the real provider, and its bindings from that.
 *
 *     node stacks/generator/main.ts
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generate, root } from "../../test/lab/openstack/generator.ts";
import { ensureProvider } from "../../test/lab/openstack/provider.ts";
import { providerSchema } from "../../test/lab/openstack/provider-schema.ts";
import { cutSchema, formatSchema, type Schema } from "./cut-schema.ts";

const bindings = join(root, "stacks", "provider-openstack");
const file = join(bindings, "schema.json");
await writeFile(file, formatSchema(cutSchema(await providerSchema(await ensureProvider()))));
await generate(JSON.parse(await readFile(file, "utf8")) as Schema, join(bindings, "lib"));
