/**
 * `user_data` of a VM: who may log in, how many files may be open, and when it powers itself off. It is kept in plain
 * text in many places, so nothing in it is secret, unless the user has asked for host keys in it.
 */
import { stringify } from "yaml";
import type { KeyPair } from "./run-key.ts";

export type CloudInit = {
  /** Made on the VM, with sudo. */
  user: string;
  /** The run's, one line. */
  publicKey: string;
  /** What the VM shows that it is one of the run's, for clouds without console output. Null: it makes keys itself. */
  hostKey?: KeyPair | null;
  createdAtMs: number;
  /** When the VM powers itself off, if nobody has removed it by then. */
  expiresAtMs: number;
};

/** One per track and connection, and lk has thousands of them. */
const openFiles = 1_048_576;

/** For a VM that boots late or has its clock wrong: it never runs for longer than the run's whole life and this. */
const lateBootMs = 15 * 60_000;

const unit = "lkload-expiry";

/** @returns cloud-config, YAML. */
export function cloudInit(options: CloudInit): string {
  const config = {
    users: [
      "default",
      {
        name: options.user,
        gecos: "lkload",
        lock_passwd: true,
        shell: "/bin/bash",
        sudo: "ALL=(ALL) NOPASSWD:ALL",
        ssh_authorized_keys: [options.publicKey],
      },
    ],
    ssh_pwauth: false,
    disable_root: true,
    ssh_deletekeys: true,
    ssh_genkeytypes: ["ed25519", "ecdsa"],
    // Where lkload reads them, through the cloud's API, before it connects.
    ssh: { emit_keys_to_console: true },
    ...(options.hostKey
      ? { ssh_keys: { ed25519_private: options.hostKey.privateKey, ed25519_public: options.hostKey.publicKey } }
      : {}),
    package_update: false,
    package_upgrade: false,
    write_files: [
      { path: "/etc/security/limits.d/90-lkload.conf", content: limits(options.user) },
      { path: `/etc/systemd/system/${unit}.service`, content: expiryService },
      { path: `/etc/systemd/system/${unit}.timer`, content: expiryTimer(options) },
    ],
    runcmd: [
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "--now", `${unit}.timer`],
    ],
  };
  return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`;
}

function limits(user: string): string {
  return `${user} soft nofile ${openFiles}\n${user} hard nofile ${openFiles}\n`;
}

const expiryService = `[Unit]
Description=Power off: the lifetime of this load test is over
[Service]
Type=oneshot
ExecStart=systemctl poweroff
`;

/** By the calendar, which a reboot does not change, and by the time since boot, which a wrong clock does not. */
function expiryTimer({ createdAtMs, expiresAtMs }: CloudInit): string {
  const calendar = new Date(expiresAtMs).toISOString().slice(0, 19).replace("T", " ");
  const seconds = Math.ceil((expiresAtMs - createdAtMs + lateBootMs) / 1000);
  return `[Unit]
Description=End of this load test's lifetime
[Timer]
OnCalendar=${calendar} UTC
OnBootSec=${seconds}
AccuracySec=1s
[Install]
WantedBy=timers.target
`;
}
