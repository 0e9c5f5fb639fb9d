/** A real sshd in a network namespace. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

const START_TIMEOUT_MS = 20_000;

export type SshdOptions = {
  sshd: string;
  namespace: string;
  address: string;
  dir: string;
  authorizedKeys: string;
  hostKeys: readonly string[];
  /** Further lines of sshd_config, before the others: sshd takes the first value of each. */
  config: readonly string[];
};

/** Runs until it is killed; returns when it listens. */
export async function startSshd(options: SshdOptions): Promise<ChildProcess & { pid: number }> {
  const { dir, namespace } = options;
  // Where sshd confines its unprivileged part; the package's service makes it at boot, a container has no boot.
  await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const hostKeyFiles: string[] = [];
  for (const [index, key] of options.hostKeys.entries()) {
    const file = join(dir, `host-key-${index}`);
    await writeFile(file, key, { mode: 0o600 });
    hostKeyFiles.push(file);
  }
  const keys = join(dir, "authorized_keys");
  await writeFile(keys, options.authorizedKeys);
  await chmod(keys, 0o644);
  const file = join(dir, "sshd_config");
  const lines = [
    ...options.config,
    `ListenAddress ${options.address}:22`,
    ...hostKeyFiles.map((key) => `HostKey ${key}`),
    `AuthorizedKeysFile ${keys}`,
    "PidFile none",
    "UsePAM no",
    "StrictModes no",
    "PermitRootLogin prohibit-password",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "MaxStartups 1000",
    "UseDNS no",
    "PrintMotd no",
    "LogLevel VERBOSE",
  ];
  await writeFile(file, `${lines.join("\n")}\n`);

  // `ip netns exec` becomes sshd: the process id is sshd's own.
  const args = ["netns", "exec", namespace, options.sshd, "-D", "-e", "-f", file];
  const child = spawn("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
  const log: string[] = [];
  const output = createInterface(child.stderr);
  const listening = new Promise<void>((resolve) => {
    output.on("line", (line) => {
      log.push(line);
      if (line.includes("Server listening on")) resolve();
    });
  });
  const ended = once(child, "exit").then(() => {
    throw new Error(`sshd in ${namespace} ended at once:\n${log.slice(-20).join("\n")}`);
  });
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
  const late = once(timeout, "abort").then(() => {
    throw new Error(`sshd in ${namespace} does not listen:\n${log.slice(-20).join("\n")}`);
  });
  ended.catch(() => undefined);
  late.catch(() => undefined);
  await Promise.race([listening, ended, late]);
  // The log is of use while it starts; later it must not keep the test's process alive.
  child.unref();
  (child.stderr as unknown as { unref(): void }).unref();
  return child as ChildProcess & { pid: number };
}
