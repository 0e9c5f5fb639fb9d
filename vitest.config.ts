import { defineConfig } from "vitest/config";

/** Against real parts, one file at a time: they share this machine's kernel, and some of them measure. */
const real = { testTimeout: 300_000, hookTimeout: 300_000, fileParallelism: false };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.{lab,openstack,kubernetes,truth}.test.ts", "test/bench/**"],
          // A limit for what hangs, not for what is slow: busy machines are no failure.
          testTimeout: 60_000,
        },
      },
      // After the unit tests, not beside them.
      { test: { ...real, name: "lab", include: ["test/**/*.lab.test.ts"], sequence: { groupOrder: 1 } } },
      {
        test: {
          ...real,
          name: "openstack",
          include: ["test/**/*.openstack.test.ts"],
          sequence: { groupOrder: 2 },
          tags: [{ name: "nightly", description: "Takes long, or wants the machine for itself: not in the gate." }],
        },
      },
      { test: { ...real, name: "truth", include: ["test/**/*.truth.test.ts"], sequence: { groupOrder: 4 } } },
      {
        test: {
          ...real,
          name: "kubernetes",
          include: ["test/**/*.kubernetes.test.ts"],
          sequence: { groupOrder: 3 },
          // A control plane of its own each, and most of the time they wait for it.
          fileParallelism: true,
          maxWorkers: 3,
        },
      },
    ],
  },
});
