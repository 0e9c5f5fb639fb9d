import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { documentNames, jsonSchemaText } from "../../src/cli/documents.ts";
import { lkload } from "./test-system.ts";

const schemas = join(import.meta.dirname, "..", "..", "schemas");

describe("lkload schema", () => {
  it("prints the configuration's by itself", async () => {
    const { exitCode, stdout } = await lkload(["schema"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      properties: { load: { properties: { videoCodec: { enum: ["h264", "vp8"] } }, additionalProperties: false } },
    });
  });

  it("takes sections in which everything is commented out", () => {
    const { properties } = JSON.parse(jsonSchemaText("config")) as { properties: Record<string, { type: unknown }> };
    expect(properties["load"]?.type).toEqual(["object", "null"]);
    expect(properties["fleet"]).toMatchObject({ properties: { hosts: { type: ["array", "null"] } } });
    expect(properties["name"]?.type).toBe("string");
  });

  it.each(documentNames)("prints %s's", async (name) => {
    const { exitCode, stdout } = await lkload(["schema", name]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(jsonSchemaText(name));
  });

  it("is what schemas/ holds: `npm run schemas` writes it", async () => {
    expect((await readdir(schemas)).sort()).toEqual(documentNames.map((name) => `${name}.schema.json`).sort());
    for (const name of documentNames) {
      expect(await readFile(join(schemas, `${name}.schema.json`), "utf8"), name).toBe(jsonSchemaText(name));
    }
  });
});
