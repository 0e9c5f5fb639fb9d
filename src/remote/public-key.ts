/** A public key as SSH has it on the wire: its type and its fingerprint. */
import { createHash } from "node:crypto";

/** The key's type stands first in its blob, as a length-prefixed string (RFC 4253, 6.6). */
export function keyType(blob: Buffer): string {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  return blob.subarray(4, 4 + length).toString("latin1");
}

/** `SHA256:…` as ssh-keygen prints it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}
