import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";

export type KeyType = "ed25519" | "ecdsa" | "rsa";
export type KeyPair = { private: string; public: string };

/** Made by ssh-keygen: of those that ssh2 makes, OpenSSH refuses one now and then. `public` is `type base64`. */
export async function makeKeyPair(dir: string, type: KeyType = "ed25519"): Promise<KeyPair> {
  const file = join(dir, `key-${crypto.randomUUID()}`);
  const bits = { ed25519: [], ecdsa: ["-b", "256"], rsa: ["-b", "2048"] }[type];
  await runCommand("ssh-keygen", ["-q", "-t", type, ...bits, "-N", "", "-C", "", "-f", file]);
  const pair = { private: await readFile(file, "utf8"), public: (await readFile(`${file}.pub`, "utf8")).trim() };
  await Promise.all([rm(file), rm(`${file}.pub`)]);
  return pair;
}
