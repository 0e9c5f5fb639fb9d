#!/usr/bin/env node
/**
 * Runs a TypeScript file of this repository with the Node that package.json pins, installing the packages first where
 * they are missing or differ from package-lock.json. Itself runs on any Node from 18 on, with nothing installed:
 *
 *     node scripts/with-node.mjs test/lab/demo.ts [arguments]
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "node_modules", ".bin");
const node = join(bin, process.platform === "win32" ? "node.cmd" : "node");

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  console.error("usage: node scripts/with-node.mjs FILE.ts [arguments]");
  process.exit(2);
}

const difference = installDifference();
if (difference !== undefined) {
  console.error(`Installing packages with npm ci (${difference}); takes about half a minute …`);
  const startedAt = Date.now();
  const code = await run("npm", ["ci", "--prefix", root, "--no-audit", "--no-fund", "--loglevel=error"]);
  if (code !== 0) {
    console.error(`npm ci failed with exit code ${code}.`);
    process.exit(code);
  }
  console.error(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
}
if (!existsSync(node)) {
  console.error(
    "The package `node` did not install its binary. Allow its install script: npm ci --ignore-scripts=false",
  );
  process.exit(1);
}
process.exit(await run(node, [script, ...args]));

/** How node_modules differs from package-lock.json; undefined: it does not. */
function installDifference() {
  let installed;
  try {
    installed = readPackages(join(root, "node_modules", ".package-lock.json"));
  } catch {
    return "none are installed yet";
  }
  for (const [path, wanted] of Object.entries(readPackages(join(root, "package-lock.json")))) {
    if (!path.startsWith("node_modules/")) continue;
    const found = installed[path];
    // Optional ones are left out where they do not fit the machine.
    if (found === undefined && wanted.optional === true) continue;
    const name = path.replace(/^.*node_modules\//, "");
    if (found === undefined) return `${name} is missing`;
    if (found.version !== wanted.version || found.integrity !== wanted.integrity) {
      return `${name} is ${found.version}, package-lock.json wants ${wanted.version}`;
    }
  }
  return undefined;
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

/**
 * Runs a command to its end and returns its exit code. On Ctrl-C both the terminal and npm signal this process, and a
 * second signal would mean "do not even clean up": so at a terminal the command gets a process group of its own, and one
 * signal from here. Elsewhere it stays in the group, for those who end a job by its group.
 */
function run(command, commandArgs) {
  const child = spawn(command, commandArgs, {
    stdio: "inherit",
    detached: process.stdin.isTTY === true || process.stderr.isTTY === true,
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
  });
  let forwardedAt = -Infinity;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (performance.now() - forwardedAt < 500) return;
      forwardedAt = performance.now();
      child.kill(signal);
    });
  }
  return new Promise((resolve) => {
    child.once("error", (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(127);
    });
    child.once("exit", (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}
