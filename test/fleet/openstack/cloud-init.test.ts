import { expect, test } from "vitest";
import { parse } from "yaml";
import { cloudInit } from "../../../src/fleet/openstack/cloud-init.ts";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGU lkload-run=20261122-194812-k3f9";
const text = cloudInit({
  user: "lkload",
  publicKey,
  createdAtMs: Date.UTC(2026, 10, 22, 19, 48, 12, 500),
  expiresAtMs: Date.UTC(2026, 10, 22, 23, 48, 12, 500),
});
type File = { path: string; content: string };
const config = parse(text) as { users: unknown[]; write_files: File[]; runcmd: string[][] };
const fileAt = (path: string) => config.write_files.find((file) => file.path === path)?.content;

test("it is cloud-config, far below Nova's limit", () => {
  expect(text.startsWith("#cloud-config\n")).toBe(true);
  expect(Buffer.byteLength(text)).toBeLessThan(4096);
});

test("one user with the run's key and sudo; no passwords, no root", () => {
  expect(config).toMatchObject({ ssh_pwauth: false, disable_root: true });
  expect(config.users).toEqual([
    "default",
    {
      name: "lkload",
      gecos: "lkload",
      lock_passwd: true,
      shell: "/bin/bash",
      sudo: "ALL=(ALL) NOPASSWD:ALL",
      ssh_authorized_keys: [publicKey],
    },
  ]);
});

test("host keys are made on the VM and printed on its console; no private key travels", () => {
  expect(config).toMatchObject({ ssh_deletekeys: true, ssh: { emit_keys_to_console: true } });
  expect(config).not.toHaveProperty("ssh_keys");
  expect(text).not.toMatch(/PRIVATE|password|secret|token/i);
});

test("the VM powers itself off at its expiry, by the calendar and by the time since boot", () => {
  const timer = fileAt("/etc/systemd/system/lkload-expiry.timer");
  expect(timer).toContain("OnCalendar=2026-11-22 23:48:12 UTC\n");
  expect(timer).toContain(`OnBootSec=${4 * 3600 + 15 * 60}\n`);
  expect(fileAt("/etc/systemd/system/lkload-expiry.service")).toContain("ExecStart=systemctl poweroff\n");
  expect(config.runcmd).toContainEqual(["systemctl", "enable", "--now", "lkload-expiry.timer"]);
});

test("the user may open a million files", () => {
  expect(fileAt("/etc/security/limits.d/90-lkload.conf")).toBe(
    "lkload soft nofile 1048576\nlkload hard nofile 1048576\n",
  );
});
