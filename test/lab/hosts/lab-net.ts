/** One private /24 of network namespaces on a bridge. Nothing is forwarded: it ends at this machine. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { takeFileLock } from "../file-lock.ts";
import { runCommand } from "../run-command.ts";
import { isAlive, thisProcess, type Owner } from "./owner.ts";

/** Which numbers are taken, by whom: one file each. */
const CLAIMS = join(tmpdir(), "lkload-lab-nets");
const NUMBERS = 250;
const END_TIMEOUT_MS = 10_000;

type Claim = Owner & { stateDir: string };

/** Everything on it is named after its number. */
export class LabNet implements AsyncDisposable {
  readonly number: number;
  /** Files of its hosts; removed with it. */
  readonly stateDir: string;

  private constructor(number: number, stateDir: string) {
    this.number = number;
    this.stateDir = stateDir;
  }

  /** Removes what killed processes have left, takes a free number and makes its bridge. */
  static async create(signal: AbortSignal): Promise<LabNet> {
    await mkdir(CLAIMS, { recursive: true });
    await using held = new AsyncDisposableStack();
    held.use(await takeFileLock(join(CLAIMS, "lock"), { signal, onWait: () => undefined }));
    const taken = await sweep();
    const number = Array.from({ length: NUMBERS }, (_, index) => index + 1).find((candidate) => !taken.has(candidate));
    if (number === undefined) throw new Error(`all ${NUMBERS} lab networks are in use; see ${CLAIMS}`);
    const stateDir = await mkdtemp(join(tmpdir(), "lkload-lab-net-"));
    const claim: Claim = { ...(await thisProcess()), stateDir };
    await writeFile(claimFile(number), JSON.stringify(claim));
    const net = new LabNet(number, stateDir);
    await net.batch([
      `link add ${net.bridge} type bridge`,
      `addr add ${net.controllerAddress}/24 dev ${net.bridge}`,
      `link set ${net.bridge} addrgenmode none up`,
    ]);
    return net;
  }

  get bridge(): string {
    return `lklab${this.number}`;
  }

  get controllerAddress(): string {
    return `10.213.${this.number}.1`;
  }

  address(index: number): string {
    return `10.213.${this.number}.${index + 2}`;
  }

  namespace(index: number): string {
    return `lklab${this.number}-${index}`;
  }

  /** The end of the host's cable that is on this machine's side. */
  link(index: number): string {
    return this.namespace(index);
  }

  /** Makes a namespace with an address, and a cable to the bridge. */
  async addNamespace(index: number): Promise<void> {
    const namespace = this.namespace(index);
    await this.batch([
      `netns add ${namespace}`,
      `link add ${this.link(index)} type veth peer name eth0 netns ${namespace}`,
      `link set ${this.link(index)} addrgenmode none master ${this.bridge} up`,
    ]);
    await this.batch(
      ["link set lo up", `addr add ${this.address(index)}/24 dev eth0`, "link set eth0 addrgenmode none up"],
      ["-n", namespace],
    );
  }

  async batch(lines: readonly string[], options: readonly string[] = []): Promise<void> {
    const file = join(this.stateDir, `ip-${crypto.randomUUID()}`);
    await writeFile(file, `${lines.join("\n")}\n`);
    await runCommand("ip", [...options, "-batch", file]);
    await rm(file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeNet(this.number, this.stateDir);
  }
}

function claimFile(number: number): string {
  return join(CLAIMS, String(number));
}

/** Returns the numbers that are in use by living processes; the others' nets are removed. */
async function sweep(): Promise<Set<number>> {
  const taken = new Set<number>();
  for (const name of await readdir(CLAIMS)) {
    const number = Number(name);
    if (!Number.isInteger(number)) continue;
    const claim = JSON.parse(await readFile(claimFile(number), "utf8").catch(() => "{}")) as Partial<Claim>;
    const { pid = 0, startTicks = "", stateDir = "" } = claim;
    if (await isAlive({ pid, startTicks })) taken.add(number);
    else await removeNet(number, stateDir);
  }
  return taken;
}

async function removeNet(number: number, stateDir: string): Promise<void> {
  const prefix = `lklab${number}-`;
  const listed = (await runCommand("ip", ["netns", "list"])).split("\n").map((line) => line.split(" ")[0] ?? "");
  const namespaces = listed.filter((name) => name.startsWith(prefix));
  await Promise.all(namespaces.map((namespace) => endAllIn(namespace)));
  for (const namespace of namespaces) {
    // The kernel removes what is in a namespace some time after it: the pair whose other end has its name is to be gone now.
    await runCommand("ip", ["link", "del", namespace]).catch(ignoreMissing);
    await runCommand("ip", ["netns", "del", namespace]);
    await rm(join("/etc/netns", namespace), { recursive: true, force: true });
  }
  await runCommand("ip", ["link", "del", `lklab${number}`]).catch(ignoreMissing);
  await runCommand("nft", ["delete", "table", "inet", `lklab${number}`]).catch(ignoreMissing);
  if (stateDir !== "") await rm(stateDir, { recursive: true, force: true });
  await rm(claimFile(number), { force: true });
}

/** Ends every process in a namespace of ours: all of them were started there. */
export async function endAllIn(namespace: string): Promise<void> {
  const deadline = Date.now() + END_TIMEOUT_MS;
  for (;;) {
    const pids = (await runCommand("ip", ["netns", "pids", namespace])).split("\n").filter(Boolean).map(Number);
    if (pids.length === 0) return;
    if (Date.now() > deadline) throw new Error(`processes of ${namespace} do not end: ${pids.join(", ")}`);
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
    await delay(10);
  }
}

function ignoreMissing(error: unknown): void {
  if (!/No such (file|device)|Cannot find device/i.test(String(error))) throw error;
}
