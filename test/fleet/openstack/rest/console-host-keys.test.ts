import { expect, test } from "vitest";
import { hostKeysIn } from "../../../../src/fleet/openstack/rest/console-host-keys.ts";

const blob = (type: string, rest: string) => {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return Buffer.concat([field(Buffer.from(type)), field(Buffer.from(rest))]).toString("base64");
};
const ed25519 = `ssh-ed25519 ${blob("ssh-ed25519", "0123456789abcdef0123456789abcdef")}`;
const later = `ssh-ed25519 ${blob("ssh-ed25519", "fedcba9876543210fedcba9876543210")}`;
const ecdsa = `ecdsa-sha2-nistp256 ${blob("ecdsa-sha2-nistp256", "a-point-on-the-curve")}`;
const block = (...lines: string[]) =>
  ["-----BEGIN SSH HOST KEY KEYS-----", ...lines, "-----END SSH HOST KEY KEYS-----", ""].join("\n");

test("keys without their comments, as cloud-init prints them", () => {
  const log = `[    8.1] cloud-init[312]: ready\n${block(`${ecdsa} root@vm`, `${ed25519} root@vm`)}login: `;
  expect(hostKeysIn(log)).toEqual([ecdsa, ed25519]);
});

test("carriage returns, escapes and the kernel's lines in between do no harm", () => {
  const log = block(`\u001b[0m${ed25519} root@vm\r`, "[   12.3] random: crng init done\r").replaceAll("\n", "\r\n");
  expect(hostKeysIn(log)).toEqual([ed25519]);
});

test("after a reboot with other keys the last ones count", () => {
  expect(hostKeysIn(block(ed25519) + block(later))).toEqual([later]);
});

test.each([
  ["nothing yet", ""],
  ["a block that is not there whole", `-----BEGIN SSH HOST KEY KEYS-----\n${ed25519}\n`],
  ["an end without a beginning", `${ed25519}\n-----END SSH HOST KEY KEYS-----\n`],
  ["a key that was cut", block(ed25519.slice(0, -8))],
  ["a key of another type than it says", block(ed25519.replace("ssh-ed25519 ", "ssh-rsa "))],
  ["a key outside of the block", `${ed25519}\n${block("")}`],
])("%s: no keys", (_, log) => {
  expect(hostKeysIn(log)).toEqual([]);
});
