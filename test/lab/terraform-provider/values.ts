/** Values as terraform sends them: msgpack, in which an extension stands for what is not known yet. */
import { decode, encode, ExtData, ExtensionCodec } from "@msgpack/msgpack";
import type { Message } from "./protocol.ts";

export type Values = Record<string, unknown>;

export const unknown = new ExtData(0, new Uint8Array([0]));

/** 0: unknown; 12: unknown with something known of it, which nobody needs here. */
const codec = new ExtensionCodec();
for (const type of [0, 12]) codec.register({ type, encode: () => null, decode: () => unknown });

/** Null where there is no such resource: before it is made, or after it is gone. */
export function readValue(message: unknown): Values | null {
  const { msgpack, json } = (message ?? {}) as { msgpack?: Buffer; json?: Buffer };
  if (msgpack !== undefined && msgpack.length > 0) return decode(msgpack, { extensionCodec: codec }) as Values | null;
  return json !== undefined && json.length > 0 ? (JSON.parse(json.toString()) as Values | null) : null;
}

export function writeValue(value: Values | null): Message {
  return { msgpack: Buffer.from(encode(value)) };
}

/** What is not known by now is nothing. */
export function settled(value: unknown): unknown {
  if (value instanceof ExtData) return null;
  if (Array.isArray(value)) return value.map(settled);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, settled(inner)]));
}
