/** Which settings there are: read off the schema, so that the two cannot differ. */
import type { z } from "zod";
import { configSchema } from "./schema.ts";

type Schema = z.ZodType;
type Definition = {
  type: string;
  innerType?: Schema;
  in?: Schema;
  shape?: Record<string, Schema>;
  element?: Schema;
} & {
  options?: readonly Schema[];
};

/** Names of the settings that stand directly at this place: `["load"]` gives participants, publishers, … */
export function settingNames(path: readonly PropertyKey[]): string[] {
  return Object.keys(shapeAt(path) ?? {}).filter((name) => name !== "$schema");
}

/** Whether this holds further things, so that nothing below it means that nothing is set there. */
export function isContainer(path: readonly PropertyKey[]): boolean {
  const schema = schemaAt(path);
  return schema !== undefined && ["object", "array", "record"].includes(definition(schema).type);
}

/** Dotted paths of all settings, sections included: `load`, `load.participants`, … */
export function settingPaths(path: readonly string[] = []): string[] {
  return settingNames(path).flatMap((name) => {
    const below = path.concat(name);
    return [below.join(".")].concat(settingPaths(below));
  });
}

function shapeAt(path: readonly PropertyKey[]): Record<string, Schema> | undefined {
  const schema = schemaAt(path);
  return schema === undefined ? undefined : definition(schema).shape;
}

function schemaAt(path: readonly PropertyKey[]): Schema | undefined {
  let schema: Schema | undefined = configSchema;
  for (const name of path) {
    const { shape, element } = definition(schema);
    schema = typeof name === "number" ? element : shape && Object.hasOwn(shape, name) ? shape[String(name)] : undefined;
    if (schema === undefined) return undefined;
  }
  return schema;
}

/** Of the schema within optional, default and transform; of a union, its map. */
function definition(schema: Schema): Definition {
  const def = schema.def as unknown as Definition;
  const inner = def.innerType ?? def.in ?? def.options?.find((option) => definition(option).shape !== undefined);
  return inner === undefined ? def : definition(inner);
}
