/** The provider's own schema, as the bindings are generated from it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "./protocol.ts";
import { unknown, type Values } from "./values.ts";

type Attribute = { type: unknown; required?: boolean; optional?: boolean; computed?: boolean; sensitive?: boolean };
type NestedBlock = { nesting_mode: string; block: Block; min_items?: number; max_items?: number };
type Block = { attributes?: Record<string, Attribute>; block_types?: Record<string, NestedBlock> };
type Schema = { version: number; block: Block };
type ProviderSchema = {
  provider: Schema;
  resource_schemas: Record<string, Schema>;
  data_source_schemas: Record<string, Schema>;
};

const file = join(import.meta.dirname, "..", "..", "..", "stacks", "provider-openstack", "schema.json");
const { provider_schemas } = JSON.parse(readFileSync(file, "utf8")) as {
  provider_schemas: Record<string, ProviderSchema>;
};
const [schemas] = Object.values(provider_schemas);
if (schemas === undefined) throw new Error(`${file} has no provider`);

const nestings: Record<string, number> = { single: 1, list: 2, set: 3, map: 4 };

export function schemaMessage(): Message {
  const all = (schemas: Record<string, Schema>) =>
    Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schemaOf(schema)]));
  return {
    provider: schemaOf(schemas!.provider),
    resource_schemas: all(schemas!.resource_schemas),
    data_source_schemas: all(schemas!.data_source_schemas),
  };
}

function schemaOf({ version, block }: Schema): Message {
  return { version, block: blockOf(block) };
}

function blockOf({ attributes = {}, block_types = {} }: Block): Message {
  return {
    attributes: Object.entries(attributes).map(([name, { type, ...flags }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      required: flags.required ?? false,
      optional: flags.optional ?? false,
      computed: flags.computed ?? false,
      sensitive: flags.sensitive ?? false,
    })),
    block_types: Object.entries(block_types).map(([name, nested]) => ({
      type_name: name,
      block: blockOf(nested.block),
      nesting: nestings[nested.nesting_mode] ?? 0,
      min_items: nested.min_items ?? 0,
      max_items: nested.max_items ?? 0,
    })),
  };
}

/** What the cloud decides is unknown before it is made, in nested blocks too. */
export function withUnknowns(kind: "resource" | "data", type: string, proposed: Values): Values {
  return unknownIn(blockOfType(kind, type), proposed);
}

function unknownIn({ attributes = {}, block_types = {} }: Block, values: Values): Values {
  const filled = { ...values };
  for (const [name, { computed }] of Object.entries(attributes)) {
    if (computed === true && (filled[name] ?? null) === null) filled[name] = unknown;
  }
  for (const [name, { block }] of Object.entries(block_types)) {
    const inner = filled[name];
    if (Array.isArray(inner)) filled[name] = inner.map((one) => unknownIn(block, one as Values));
  }
  return filled;
}

/** What was left unknown gets a value of its type. */
export function decided(kind: "resource" | "data", type: string, values: Values, id: string): Values {
  return decidedIn(blockOfType(kind, type), values, id);
}

function decidedIn({ attributes = {}, block_types = {} }: Block, values: Values, id: string): Values {
  const filled = { ...values };
  for (const [name, { type, computed }] of Object.entries(attributes)) {
    if (filled[name] === unknown || (computed === true && filled[name] === null)) filled[name] = madeUp(name, type, id);
  }
  for (const [name, { block }] of Object.entries(block_types)) {
    const inner = filled[name];
    if (Array.isArray(inner)) filled[name] = inner.map((one) => decidedIn(block, one as Values, ""));
  }
  return filled;
}

/** Addresses are of TEST-NET-1 (RFC 5737). */
function madeUp(name: string, type: unknown, id: string): unknown {
  if (name === "id") return id;
  if (type === "string") return /^(address|fixed_ip(_v4)?|access_ip_v4)$/.test(name) ? "192.0.2.7" : "";
  if (type === "bool") return false;
  if (type === "number") return 0;
  return Array.isArray(type) && type[0] === "map" ? {} : [];
}

function blockOfType(kind: "resource" | "data", type: string): Block {
  const all = kind === "resource" ? schemas!.resource_schemas : schemas!.data_source_schemas;
  const schema = all[type];
  if (schema === undefined) throw new Error(`the schema has no ${type}`);
  return schema.block;
}
