/** The files that lkload reads and writes, with their JSON Schemas. */
import { z } from "zod";
import { configSchema } from "../config/schema.ts";
import { hostsFileSchema } from "../fleet/hosts-file.ts";
import { resultSchema } from "../metrics/result.ts";
import { planSchema } from "../plan/plan.ts";

const documents = {
  config: { title: "lkload.yaml", schema: configSchema },
  plan: { title: "plan.json", schema: planSchema },
  result: { title: "result.json", schema: resultSchema },
  hosts: { title: "hosts.json", schema: hostsFileSchema },
} as const;

export type DocumentName = keyof typeof documents;

export const documentNames = Object.keys(documents) as DocumentName[];

export function isDocumentName(name: string): name is DocumentName {
  return Object.hasOwn(documents, name);
}

/** JSON Schema (2020-12) of what may be written in a file, as text that ends with a newline. */
export function jsonSchemaText(name: DocumentName): string {
  const { title, schema } = documents[name];
  return `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: "input" }) }, null, 2)}\n`;
}
