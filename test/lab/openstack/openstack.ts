/**
 * A real OpenStack on this machine: Debian's own packages (Keystone, Glance, Placement, Nova with QEMU's software
 * emulation, Neutron) in one network namespace, with real VMs. Needs root and Debian 12. See cloud/README.md.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureLivekitServer, ensureLk, type EnsureOptions } from "../binaries.ts";
import { cached, cacheDir, hashRecipe } from "../cache.ts";
import { takeFileLock } from "../file-lock.ts";
import { stderrProgress, type Progress } from "../progress.ts";
import { runCommand } from "../run-command.ts";
import { findCommand } from "../tools.ts";
import { ensureProvider } from "./provider.ts";

const scripts = join(import.meta.dirname, "cloud");
const networkNamespace = "lkload-openstack";

/** Disposing of it ends it. Its state is kept: the next start takes half the time. */
export interface Openstack extends AsyncDisposable {
  /** OS_* variables of the project `demo`, and {@link labVariable}. */
  readonly env: Record<string, string>;
  /**
   * Puts a command into the lab's network, which no packet leaves: the cloud's API is there on 127.0.0.1, the VMs'
   * addresses are reached, and a server for them listens on 172.24.4.1.
   */
  inside(command: string, args: readonly string[]): { command: string; args: string[] };
}

/** Names the lab's folder to the tests. */
const labVariable = "LKLOAD_LAB_OPENSTACK";

type Context = { progress: Progress; signal: AbortSignal; cacheDir: string };

/**
 * From cold, on two idle cores: provider 2 min, lk and livekit-server 7 min, packages 3 min, guest image 2 min,
 * services 2 min.
 */
export async function startOpenstack(options: EnsureOptions = {}): Promise<Openstack> {
  const context: Context = {
    progress: options.progress ?? stderrProgress(),
    signal: options.signal ?? new AbortController().signal,
    cacheDir: options.cacheDir ?? cacheDir(),
  };
  if (process.getuid?.() !== 0) throw new Error("the OpenStack lab needs root");
  // What runs inside cannot fetch anything.
  await ensureProvider(context);
  await ensureLivekitServer(context);
  await ensureLk(context);
  await ensurePackages(context);
  const images = await ensureImage(context);
  const recipe = await hashRecipe({ texts: [images], dirs: [scripts] });
  const dir = join(context.cacheDir, `openstack-${recipe}`);
  await mkdir(dir, { recursive: true });

  await using starting = new AsyncDisposableStack();
  const onWait = (pid: number) => context.progress.say(`OpenStack: waiting for process ${pid}, which uses it`);
  starting.use(await takeFileLock(`${dir}.lock`, { signal: context.signal, onWait }));
  starting.defer(() => down(dir));
  await up(dir, images, context);
  const env = await readEnv(dir);
  const running = starting.move();
  return {
    env,
    inside: (command, args) => ({
      command: "nsenter",
      args: [`--net=/run/netns/${networkNamespace}`, "--", command, ...args],
    }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Starts on the kept state; when that does not come up, from nothing. */
async function up(dir: string, images: string, context: Context): Promise<void> {
  // Of a process that was killed.
  await down(dir);
  const hasState = (await readFile(join(dir, "ready"), "utf8").catch(() => "")) !== "";
  if (!hasState) await wipe(dir);
  try {
    await runUp(dir, images, context);
  } catch (error) {
    if (!hasState || context.signal.aborted) throw error;
    context.progress.say("OpenStack: the kept state does not come up; starting from nothing");
    await down(dir);
    await wipe(dir);
    await runUp(dir, images, context);
  }
}

async function runUp(dir: string, images: string, { progress, signal }: Context): Promise<void> {
  progress.say("OpenStack: starting");
  await runCommand("bash", [join(scripts, "up.sh"), dir, images], {
    signal,
    onStdoutLine: (line) => progress.say(`OpenStack: ${line.trim()}`),
  });
  await writeFile(join(dir, "ready"), "yes\n");
}

async function down(dir: string): Promise<void> {
  await runCommand("bash", [join(scripts, "down.sh"), dir]);
}

async function wipe(dir: string): Promise<void> {
  for (const part of ["state", "etc", "log", "ready"]) await rm(join(dir, part), { recursive: true, force: true });
}

async function ensurePackages({ progress, signal }: Context): Promise<void> {
  const needed = [
    "nova-compute",
    "neutron-l3-agent",
    "keystone-manage",
    "glance-api",
    "cinder-volume",
    "libvirtd",
    "debootstrap",
    "mke2fs",
  ];
  const found = await Promise.all(needed.map((name) => findCommand(name)));
  if (found.every((path) => path !== undefined)) return;
  progress.say("OpenStack: installing Debian's packages, once");
  let done = 0;
  await runCommand("bash", [join(scripts, "install.sh")], {
    signal,
    onStdoutLine: (line) => {
      if (!line.startsWith("Setting up ")) return;
      done += 1;
      if (done % 50 === 0) progress.say(`OpenStack: ${done} packages set up`);
    },
  });
}

/** @returns the folder with the guest's root disk, kernel and initrd. */
async function ensureImage({ progress, signal, cacheDir }: Context): Promise<string> {
  const text = await readFile(join(scripts, "image.sh"), "utf8");
  const entry = { name: "guest-image", version: "12", recipe: await hashRecipe({ texts: [text], dirs: [] }) };
  return cached(entry, { dir: cacheDir, progress, signal }, async (dir) => {
    progress.say("OpenStack: building the guest image, once");
    await runCommand("bash", [join(scripts, "image.sh")], {
      env: { IMAGES: dir },
      signal,
      onStdoutLine: (line) => {
        if (line.startsWith("image.sh:")) progress.say(`OpenStack: ${line}`);
      },
    });
  });
}

/** What `openrc-demo` exports. */
async function readEnv(dir: string): Promise<Record<string, string>> {
  const text = await readFile(join(dir, "openrc-demo"), "utf8");
  const settings = [...text.matchAll(/\b(OS_[A-Z_]+)=(\S+)/g)].map(([, name = "", value = ""]) => [name, value]);
  return { ...(Object.fromEntries(settings) as Record<string, string>), [labVariable]: dir };
}
