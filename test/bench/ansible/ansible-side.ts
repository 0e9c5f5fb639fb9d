/** Runs playbook.yml on the lab hosts, and undoes what it did. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { segmentsTsv } from "../../../src/load/argv.ts";
import { lkVersion } from "../../lab/binaries.ts";
import type { LabHost, LabHosts } from "../../lab/hosts.ts";
import { runCommand } from "../../lab/run-command.ts";
import { timedChild } from "../timed-child.ts";
import { resolved, type Orders } from "./orders.ts";
import type { Settings } from "./settings.ts";

const folder = "/opt/load-test";
const sysctlFile = "/etc/sysctl.d/90-load-test.conf";
const playbooks = join(import.meta.dirname, "..", "..", "..", "playbooks");

export type AnsibleRun = { durationMs: number; changed: number };

export class AnsibleSide {
  readonly #lab: LabHosts;
  readonly #dir: string;
  readonly #settings: Settings;

  private constructor(lab: LabHosts, dir: string, settings: Settings) {
    this.#lab = lab;
    this.#dir = dir;
    this.#settings = settings;
  }

  /** Writes inventory and variables below `dir`. */
  static async prepare(
    lab: LabHosts,
    options: { dir: string; lk: string; orders: Orders; settings: Settings },
  ): Promise<AnsibleSide> {
    const { dir, lk, orders, settings } = options;
    await mkdir(join(dir, "sockets"), { recursive: true });
    const { plan } = resolved(orders);
    const hosts = lab.hosts.map(({ name, address, user }) => {
      const own = plan.segments.filter((segment) => segment.host === name);
      const segments = segmentsTsv(own, plan.lk, { lkVersion });
      return [name, { ansible_host: address, ansible_user: user, segments }] as const;
    });
    const inventory = { generators: { hosts: Object.fromEntries(hosts) } };
    await writeFile(join(dir, "inventory.yml"), JSON.stringify(inventory));
    const seconds = (epochMs: number) => (epochMs / 1000).toFixed(6);
    const variables = {
      folder,
      lk,
      lk_version: lkVersion,
      lk_sha1: createHash("sha1")
        .update(await readFile(lk))
        .digest("hex"),
      generator: join(playbooks, "generator.sh"),
      sampler: join(playbooks, "sampler.sh"),
      become_lk: join(playbooks, "become-lk"),
      rtp_watch: join(playbooks, "rtp-watch"),
      kernel_settings: Object.fromEntries([...settings.sysctls].map(([name, { after }]) => [name, after])),
      interface_settings: Object.fromEntries(settings.files.map(({ file, after }) => [file, after])),
      secrets: Object.entries(orders.secrets)
        .map(([name, value]) => `${name}=${value}`)
        .join("\n"),
      orders: {
        LKLOAD_GENERATOR: folder,
        LKLOAD_START_AT: seconds(orders.startAtMs),
        LKLOAD_DEADLINE: seconds(orders.deadlineMs),
        LKLOAD_DEADMAN_S: String(orders.deadManMs / 1000),
        LKLOAD_STOP_GRACE_S: "2",
        LKLOAD_DEADLINE_GRACE_S: "10",
      },
    };
    await writeFile(join(dir, "variables.json"), JSON.stringify(variables), { mode: 0o600 });
    return new AnsibleSide(lab, dir, settings);
  }

  /** @throws Error when it fails on a host */
  async run(signal: AbortSignal): Promise<AnsibleRun> {
    const dir = this.#dir;
    const { durationMs, stdout } = await timedChild(
      "ansible-playbook",
      [
        "-i",
        join(dir, "inventory.yml"),
        "-e",
        `@${join(dir, "variables.json")}`,
        join(import.meta.dirname, "playbook.yml"),
      ],
      {
        signal,
        env: {
          ANSIBLE_CONFIG: join(import.meta.dirname, "ansible.cfg"),
          ANSIBLE_HOME: join(dir, "home"),
          ANSIBLE_LOCAL_TEMP: join(dir, "tmp"),
          ANSIBLE_PRIVATE_KEY_FILE: this.#lab.identityFile,
          ANSIBLE_SSH_CONTROL_PATH_DIR: join(dir, "sockets"),
          // Ansible's own default but for -C: compressing takes longer than a fast network.
          ANSIBLE_SSH_ARGS: `-F /dev/null -o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=${this.#lab.knownHostsFile}`,
          ANSIBLE_NOCOLOR: "1",
        },
      },
    );
    const recap = [...stdout.matchAll(/changed=(\d+) +unreachable=0 +failed=0/g)];
    if (recap.length !== this.#lab.hosts.length) throw new Error(`ansible-playbook did not get through:\n${stdout}`);
    return { durationMs, changed: recap.reduce((sum, [, count]) => sum + Number(count), 0) };
  }

  /** @throws Error when a host is not as lkload leaves it: tuned and armed */
  async verify(): Promise<void> {
    await this.#onAll(async (host) => {
      for (const { file, after } of this.#all()) {
        const value = (await runIn(host, "cat", file)).trim().replaceAll(/\s+/g, " ");
        if (value !== after) throw new Error(`${host.name}: Ansible left ${file} at ${value}, lkload at ${after}`);
      }
      await runIn(host, "grep", "-q", " sup event=armed ", `${folder}/stream.log`);
    });
  }

  /** Ends what was started and puts everything back. Without harm where nothing was done, or the host is gone. */
  async undo(): Promise<void> {
    for (const socket of await readdir(join(this.#dir, "sockets")).catch(() => [])) {
      await runCommand("ssh", ["-O", "exit", "-o", `ControlPath=${join(this.#dir, "sockets", socket)}`, "host"]).catch(
        () => undefined,
      );
    }
    const put = this.#all().map(({ file, before }) => `echo '${before}' >'${file}'`);
    const script = [
      `for p in $(grep -lszxF 'LKLOAD_GENERATOR=${folder}' /proc/[0-9]*/environ | tr -dc '0-9\\n'); do`,
      // The mark is the same on all hosts, which share this machine's processes: only those of this host.
      `  [ "$(readlink /proc/$p/ns/net)" = "$(readlink /proc/self/ns/net)" ] && kill -KILL $p; done 2>/dev/null`,
      ...put,
      `rm -rf ${folder} ${sysctlFile}`,
    ];
    await this.#onAll(async (host) => {
      // Where its sshd has ended, so will the rest of the host: what belongs to the host alone goes with it.
      if (existsSync(`/proc/${host.pid}`)) await runIn(host, "sh", "-c", script.join("\n"));
    });
  }

  #all() {
    return [...this.#settings.sysctls.values(), ...this.#settings.files];
  }

  async #onAll(work: (host: LabHost) => Promise<void>): Promise<void> {
    for (const host of this.#lab.hosts) await work(host);
  }
}

/** On the host with its own files, which {@link LabHosts.runOn} does not see. */
function runIn(host: LabHost, command: string, ...args: string[]): Promise<string> {
  const namespaces = ["mnt", "net"].map((kind) => `--${kind === "mnt" ? "mount" : kind}=/proc/${host.pid}/ns/${kind}`);
  return runCommand("nsenter", [...namespaces, command, ...args]);
}
