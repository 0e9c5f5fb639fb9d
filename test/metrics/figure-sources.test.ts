import { expect, test } from "vitest";
import { z } from "zod";
import { figureSources } from "../../src/metrics/figure-sources.ts";
import { resultSchema } from "../../src/metrics/result.ts";
import { analysed, calmRun } from "./captured-run.ts";

type Json = {
  $ref?: string;
  $defs?: Record<string, Json>;
  type?: string | string[];
  anyOf?: Json[];
  oneOf?: Json[];
  allOf?: Json[];
  properties?: Record<string, Json>;
  additionalProperties?: Json | boolean;
  items?: Json;
  prefixItems?: Json[];
};

const root = z.toJSONSchema(resultSchema, { io: "output" }) as Json;

/** Every place in a schema where a number may stand, and whether it stands beside or below a `source`. */
function* numbers(schema: Json, path: string, isNamed: boolean): Generator<{ path: string; isNamed: boolean }> {
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.split("/").at(-1) ?? ""];
    if (target === undefined) throw new Error(`${path}: no ${schema.$ref}`);
    yield* numbers(target, path, isNamed);
    return;
  }
  for (const part of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]) {
    yield* numbers(part, path, isNamed);
  }
  const types = new Set([schema.type].flat());
  if (types.has("number") || types.has("integer")) yield { path, isNamed };
  const { properties = {}, items, prefixItems = [], additionalProperties } = schema;
  const isNamedHere = isNamed || "source" in properties;
  for (const [name, below] of Object.entries(properties)) {
    yield* numbers(below, path === "" ? name : `${path}.${name}`, isNamedHere);
  }
  for (const below of [items, ...prefixItems]) if (below !== undefined) yield* numbers(below, `${path}[]`, isNamedHere);
  if (typeof additionalProperties === "object") yield* numbers(additionalProperties, `${path}.*`, isNamedHere);
}

const covers = (key: string, path: string) =>
  path === key ||
  [".", "["].some((next) => path.startsWith(key + next)) ||
  (key.endsWith("[]") && path.startsWith(key));

const all = [...numbers(root, "", false)];
const unnamed = [...new Set(all.filter(({ isNamed }) => !isNamed).map(({ path }) => path))];

test("every number in the result has a source beside it, or in the list of sources", () => {
  // The walk itself: it finds numbers of all kinds.
  const paths = all.map(({ path }) => path);
  for (const known of ["hosts[].maxCorePercent", "latency.firstTrack.p95", "series[].points[][]", "run.createdAtMs"]) {
    expect(paths).toContain(known);
  }
  const keys = Object.keys(figureSources);
  expect(unnamed.filter((path) => !keys.some((key) => covers(key, path)))).toEqual([]);
});

test("the list names nothing that is not there", () => {
  const stale = Object.keys(figureSources).filter((key) => !all.some(({ path }) => covers(key, path)));
  expect(stale).toEqual([]);
});

test("the list is part of each result", () => {
  expect(analysed(calmRun()).sources).toEqual(figureSources);
});
