/** The files that lkload reads and writes, with their JSON Schemas. */
import { z } from "zod";
import { configSchema } from "../config/schema.ts";
import { doctorSchema } from "../doctor/document.ts";
import { gcSchema } from "../fleet/openstack/gc-document.ts";
import { hostsFileSchema } from "../fleet/hosts-file.ts";
import { resultSchema } from "../metrics/result.ts";
import { planSchema } from "../plan/plan.ts";
import { journalEntrySchema } from "../run/journal.ts";

const documents = {
  config: { title: "lkload.yaml", schema: configSchema },
  plan: { title: "plan.json", schema: planSchema },
  result: { title: "result.json", schema: resultSchema },
  journal: { title: "a line of journal.ndjson", schema: journalEntrySchema },
  hosts: { title: "hosts.json", schema: hostsFileSchema },
  gc: { title: "lkload gc --json", schema: gcSchema },
  doctor: { title: "lkload doctor --json", schema: doctorSchema },
} as const;

export type DocumentName = keyof typeof documents;

export const documentNames = Object.keys(documents) as DocumentName[];

export function isDocumentName(name: string): name is DocumentName {
  return Object.hasOwn(documents, name);
}

/** JSON Schema (2020-12) of what may be written in a file, as text that ends with a newline. */
export function jsonSchemaText(name: DocumentName): string {
  const { title, schema } = documents[name];
  const jsonSchema = z.toJSONSchema(schema, { io: "input" });
  return `${JSON.stringify({ title, ...(name === "config" ? emptySections(jsonSchema) : jsonSchema) }, null, 2)}\n`;
}

/** A section whose settings are all commented out is null to YAML, and nothing wrong to lkload: nor may it be to editors. */
function emptySections(node: z.core.JSONSchema.BaseSchema): z.core.JSONSchema.BaseSchema {
  const properties = Object.entries(node.properties ?? {}).map(([name, below]) => {
    if (typeof below === "boolean") return [name, below] as const;
    const { type } = below;
    const nullable = type === "object" || type === "array" ? { type: [type, "null"] } : {};
    return [name, Object.assign(emptySections(below), nullable)] as const;
  });
  return properties.length === 0 ? node : { ...node, properties: Object.fromEntries(properties) };
}
