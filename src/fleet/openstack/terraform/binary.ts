/** Which terraform or tofu runs. */
import { access, constants, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { exitCodes, LkloadError } from "../../../errors.ts";
import { runTerraform } from "./child.ts";
import { terraformEnvironment } from "./environment.ts";

export type TerraformBinary = { path: string; product: "terraform" | "tofu"; version: string };

/** The first ones whose streams and language are as lkload needs them. */
const needed = { terraform: [1, 5], tofu: [1, 6] } as const;

const hint = "install terraform ≥ 1.5 or OpenTofu ≥ 1.6, or name one with --terraform-bin";

/**
 * @param bin a name or path; null: terraform, else tofu, whichever is on PATH
 * @throws LkloadError when there is none, or it is too old
 */
export async function findTerraform(options: {
  bin: string | null;
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
}): Promise<TerraformBinary> {
  const names = options.bin === null ? ["terraform", "tofu"] : [options.bin];
  for (const name of names) {
    const path = await findExecutable(name, options.env["PATH"] ?? "");
    if (path !== undefined) return checked(path, options);
  }
  const what = options.bin === null ? "neither terraform nor tofu is on PATH" : `${options.bin}: no such program`;
  throw new LkloadError(exitCodes.infrastructure, what, { hint });
}

async function findExecutable(name: string, path: string): Promise<string | undefined> {
  const candidates = name.includes("/")
    ? [isAbsolute(name) ? name : resolve(name)]
    : path
        .split(delimiter)
        .filter((dir) => dir !== "")
        .map((dir) => join(dir, name));
  for (const candidate of candidates) {
    const found = await isExecutable(candidate);
    if (found) return candidate;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function checked(
  path: string,
  { env, signal }: { env: Readonly<Record<string, string | undefined>>; signal: AbortSignal },
): Promise<TerraformBinary> {
  const lines: string[] = [];
  const ran = await runTerraform({
    path,
    args: ["version"],
    cwd: "/",
    // The user's own configuration may be broken; it is not used.
    env: terraformEnvironment(env, "/dev/null"),
    signal,
    timeoutMs: 20_000,
    onLine: (line) => lines.push(line),
  });
  const found = parseVersion(lines[0] ?? "");
  if (ran.exitCode !== 0 || found === undefined) {
    throw new LkloadError(exitCodes.infrastructure, `${path}: neither terraform nor tofu`, { hint });
  }
  const [major, minor] = needed[found.product];
  const [foundMajor = 0, foundMinor = 0] = found.version.split(".").map(Number);
  if (foundMajor < major || (foundMajor === major && foundMinor < minor)) {
    throw new LkloadError(exitCodes.infrastructure, `${path}: ${found.product} ${found.version} is too old`, { hint });
  }
  return { path, ...found };
}

/** The first line of `terraform version`: `Terraform v1.11.4`, `OpenTofu v1.10.0`. */
export function parseVersion(line: string): Omit<TerraformBinary, "path"> | undefined {
  const [, name, version] = /^(Terraform|OpenTofu) v(\d+\.\d+\.\d+\S*)/.exec(line) ?? [];
  if (name === undefined || version === undefined) return undefined;
  return { product: name === "OpenTofu" ? "tofu" : "terraform", version };
}
