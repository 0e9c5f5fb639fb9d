import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/**/*.test.ts"], exclude: ["test/**/*.lab.test.ts", "test/bench/**"] } },
      {
        test: {
          name: "lab",
          include: ["test/**/*.lab.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          // After the unit tests, not beside them: these measure.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
