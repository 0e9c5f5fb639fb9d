import { oneOf } from "../config/explain.ts";
import { nearest } from "../config/nearest.ts";
import { ConfigError } from "../config/problem.ts";
import { exitCodes } from "../errors.ts";
import { documentNames, isDocumentName, jsonSchemaText } from "./documents.ts";
import type { Invocation } from "./options.ts";
import type { System } from "./system.ts";

/** `lkload schema [NAME]`: the JSON Schema of a file that lkload reads or writes. */
export async function schemaCommand({ args }: Invocation, system: System): Promise<number> {
  const [name = "config"] = args;
  if (!isDocumentName(name)) {
    const problem = `must be ${oneOf(documentNames)}`;
    throw new ConfigError([{ where: name, problem, suggestion: nearest(name, documentNames) }]);
  }
  system.stdout.write(jsonSchemaText(name));
  return exitCodes.pass;
}
