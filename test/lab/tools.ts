/** Programs of the operating system that the tests and the lab's builds use. Never skipped silently. */
import { access, constants, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { runCommand } from "./run-command.ts";
import type { Progress } from "./progress.ts";

/** Command → Debian packages. */
const debianPackages = {
  "ansible-playbook": "ansible-core",
  cc: "gcc libc6-dev",
  chromium: "chromium",
  curl: "curl",
  ffmpeg: "ffmpeg",
  git: "git",
  ip: "iproute2",
  nft: "nftables",
  nsenter: "util-linux",
  python3: "python3",
  "redis-server": "redis-server",
  setpriv: "util-linux",
  shellcheck: "shellcheck",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
  sshd: "openssh-server",
  sudo: "sudo",
  sysctl: "procps",
  tar: "tar",
  unshare: "util-linux",
} as const;

export type Tool = keyof typeof debianPackages;

/** What `npm test` needs besides the LiveKit binaries. */
export const testTools: readonly Tool[] = [
  "cc",
  "chromium",
  "curl",
  "git",
  "ip",
  "nft",
  "python3",
  "setpriv",
  "shellcheck",
  "ssh",
  "ssh-keygen",
  "sshd",
  "sudo",
  "sysctl",
  "tar",
  "unshare",
];

/**
 * Makes sure that the tools are there. On Debian as root missing ones are installed, unless `LKLOAD_LAB_INSTALL=0`.
 * @throws Error of one line that names the command to install them.
 */
export async function ensureTools(
  tools: readonly Tool[],
  { progress, signal }: { progress: Progress; signal: AbortSignal },
): Promise<void> {
  const missing = await missingTools(tools);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.flatMap((tool) => debianPackages[tool].split(" ")))];
  const what = `missing: ${missing.join(", ")}`;
  const command = `apt-get install ${packages.join(" ")}`;
  if (!(await isDebian())) throw new Error(`${what}; install them (Debian has them in ${packages.join(", ")})`);
  if (process.getuid?.() !== 0) throw new Error(`${what}; install them with: sudo ${command}`);
  if (process.env["LKLOAD_LAB_INSTALL"] === "0") throw new Error(`${what}; install them with: ${command}`);
  progress.say(`${what}; installing ${packages.join(", ")}`);
  await aptInstall(packages, { progress, signal });
  const still = await missingTools(tools);
  if (still.length > 0) throw new Error(`still missing after ${command}: ${still.join(", ")}`);
}

/** Where a command is; undefined when it is not on the search path or in the system's own folders. */
export async function findCommand(name: string): Promise<string | undefined> {
  // A plain user's PATH often lacks the sbin folders.
  const dirs = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];
  for (const dir of dirs.filter((dir) => dir !== "")) {
    const path = join(dir, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

async function missingTools(tools: readonly Tool[]): Promise<Tool[]> {
  const found = await Promise.all(tools.map(async (tool) => ({ tool, path: await findCommand(tool) })));
  return found.filter(({ path }) => path === undefined).map(({ tool }) => tool);
}

async function isDebian(): Promise<boolean> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release) && (await findCommand("apt-get")) !== undefined;
}

const aptOptions = ["-q", "-y", "-o", "DPkg::Lock::Timeout=300"];

async function aptInstall(
  packages: readonly string[],
  { progress, signal }: { progress: Progress; signal: AbortSignal },
): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await using during = new AsyncDisposableStack();
  during.use(await noServiceStarts());
  progress.say("apt-get update");
  await runCommand("apt-get", [...aptOptions, "update"], { env, signal });
  progress.say(`apt-get install ${packages.join(" ")}`);
  let done = 0;
  let saidAt = performance.now();
  await runCommand("apt-get", [...aptOptions, "install", "--no-install-recommends", ...packages], {
    env,
    signal,
    onStdoutLine: (line) => {
      if (!line.startsWith("Setting up ")) return;
      done += 1;
      if (performance.now() - saidAt < 5000) return;
      saidAt = performance.now();
      progress.say(`apt-get install: ${done} packages set up`);
    },
  });
}

/** Keeps packages from starting daemons on this machine: an SSH server, of all things. */
async function noServiceStarts(): Promise<AsyncDisposable> {
  const policy = "/usr/sbin/policy-rc.d";
  try {
    await writeFile(policy, "#!/bin/sh\nexit 101\n", { flag: "wx", mode: 0o755 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return { [Symbol.asyncDispose]: async () => undefined };
  }
  return { [Symbol.asyncDispose]: () => rm(policy, { force: true }) };
}
