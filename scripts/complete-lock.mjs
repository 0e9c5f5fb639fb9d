#!/usr/bin/env node
/**
 * Completes package-lock.json after `npm install PACKAGE`. npm silently leaves out optional packages that the registry
 * at hand does not serve (builds of a tool for other platforms), and `npm ci` then refuses the lock, everywhere. Their
 * entries are added here: name and version are what the tool's own entry asks for, the platform is in the name.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const file = fileURLToPath(new URL("../package-lock.json", import.meta.url));
const lock = JSON.parse(readFileSync(file, "utf8"));
const { "": root, ...packages } = lock.packages;

const added = [];
for (const [path, dependent] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(dependent.optionalDependencies ?? {})) {
    if (packages[`${path}/node_modules/${name}`] || packages[`node_modules/${name}`]) continue;
    packages[`node_modules/${name}`] = entry(name, version, dependent);
    added.push(`${name}@${version}`);
  }
}
const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, "en"));
lock.packages = { "": root, ...Object.fromEntries(sorted) };
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? "package-lock.json is complete" : `added ${added.join(", ")}`);

function entry(name, version, dependent) {
  const platform = /(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-(gnu|musl|msvc|eabi)\w*)?$/.exec(
    name,
  );
  if (platform === null || !/^\d/.test(version)) throw new Error(`cannot tell the platform of ${name}@${version}`);
  const [, os, cpu, abi] = platform;
  return {
    version,
    cpu: [cpu],
    ...(dependent.dev === true && { dev: true }),
    ...(os === "linux" && abi === "gnu" && { libc: ["glibc"] }),
    ...(os === "linux" && abi === "musl" && { libc: ["musl"] }),
    optional: true,
    os: [os],
  };
}
