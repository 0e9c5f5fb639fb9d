import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cutSchema, formatSchema, type Schema } from "../../stacks/generator/cut-schema.ts";
import { generate, root } from "../lab/openstack/generator.ts";
import { ensureProvider } from "../lab/openstack/provider.ts";
import { providerSchema } from "../lab/openstack/provider-schema.ts";
import { tempDir } from "../lab/temp-dir.ts";

const bindings = join(root, "stacks", "provider-openstack");

test("schema.json is what the real provider says of itself, cut", async () => {
  const schema = cutSchema(await providerSchema(await ensureProvider()));
  expect(await readFile(join(bindings, "schema.json"), "utf8")).toBe(formatSchema(schema));
});

test("lib is what the generator makes of schema.json", async () => {
  await using out = await tempDir("generated");
  const schema = JSON.parse(await readFile(join(bindings, "schema.json"), "utf8")) as Schema;
  await generate(schema, out.path);
  const generated = await contents(out.path);
  expect(Object.keys(generated)).toContain("compute-instance-v2/index.js");
  expect(await contents(join(bindings, "lib"))).toEqual(generated);
});

async function contents(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.sort().map(async (file) => [file.slice(dir.length + 1), await readFile(file, "utf8")])),
  ) as Record<string, string>;
}
