import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cutSchema, formatSchema, type Schema } from "../../stacks/generator/cut-schema.ts";

const file = join(import.meta.dirname, "..", "..", "stacks", "provider-openstack", "schema.json");

test("a schema that was cut is not cut further", async () => {
  const text = await readFile(file, "utf8");
  expect(formatSchema(cutSchema(JSON.parse(text) as Schema))).toBe(text);
});

test("a provider that lacks a resource is refused by the resource's name", async () => {
  const schema = JSON.parse(await readFile(file, "utf8")) as Schema;
  for (const provider of Object.values(schema.provider_schemas)) {
    delete provider.resource_schemas["openstack_networking_port_v2"];
    provider.resource_schemas["openstack_dns_zone_v2"] = {};
  }
  expect(() => cutSchema(schema)).toThrow("the provider's schema has no openstack_networking_port_v2");
});
