import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

type Packages = Record<string, { optionalDependencies?: Record<string, string> }>;

test("package-lock.json has every optional package: without them `npm ci` refuses it (scripts/complete-lock.mjs)", async () => {
  const text = await readFile(join(import.meta.dirname, "..", "..", "package-lock.json"), "utf8");
  const { packages } = JSON.parse(text) as { packages: Packages };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        packages[`${path}/node_modules/${name}`] === undefined && packages[`node_modules/${name}`] === undefined,
    ),
  );
  expect(missing).toEqual([]);
});
