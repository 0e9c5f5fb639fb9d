/** A key pair of ed25519 for one run, in OpenSSH's own format: nothing but Node is needed to make it. */
import { generateKeyPairSync, randomBytes } from "node:crypto";

export type KeyPair = {
  /** `-----BEGIN OPENSSH PRIVATE KEY-----…`, unencrypted. */
  privateKey: string;
  /** One line: `ssh-ed25519 AAAA… comment`. */
  publicKey: string;
};

/** `host`: what all VMs of the run identify themselves with, where they do not make keys themselves. */
export type RunKeys = { run: KeyPair; host: KeyPair | null };

const type = "ssh-ed25519";

export function makeKeyPair(comment: string): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  // The raw 32 bytes are the end of the DER encodings (RFC 8410).
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const seed = privateKey.export({ type: "pkcs8", format: "der" }).subarray(-32);
  const blob = Buffer.concat([sshString(type), sshString(raw)]);
  return {
    publicKey: `${type} ${blob.toString("base64")} ${comment}`,
    privateKey: pem(container(blob, raw, seed, comment)),
  };
}

/** OpenSSH's PROTOCOL.key: one unencrypted key. */
function container(blob: Buffer, raw: Buffer, seed: Buffer, comment: string): Buffer {
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    sshString(type),
    sshString(raw),
    sshString(Buffer.concat([seed, raw])),
    sshString(comment),
  ]);
  // To a multiple of the cipher's block of 8: 1, 2, 3, …
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  return Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    sshString("none"),
    sshString("none"),
    sshString(""),
    one,
    sshString(blob),
    sshString(Buffer.concat([secret, padding])),
  ]);
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

/** RFC 4251: its length in four bytes, then the bytes. */
function sshString(value: string | Buffer): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
