/**
 * The SSH host keys that a server printed on its console while it booted (cloud-init's keys-to-console), read through
 * the cloud's API: known before the first connection.
 */
import { setTimeout as delay } from "node:timers/promises";
import { exitCodes, LkloadError } from "../../../errors.ts";
import type { Cloud } from "./cloud.ts";

const begin = "-----BEGIN SSH HOST KEY KEYS-----";
const end = "-----END SSH HOST KEY KEYS-----";
const keyPattern = /(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) (AAAA[A-Za-z0-9+/]+={0,2})/;

/**
 * Of the last boot that the log has: `ssh-ed25519 AAAA…`, without comments. Consoles put escapes, carriage returns and
 * the kernel's own lines in between. Empty while the block is not there whole.
 */
export function hostKeysIn(log: string): string[] {
  const stop = log.lastIndexOf(end);
  const start = log.lastIndexOf(begin, stop);
  if (stop === -1 || start === -1) return [];
  const keys = log
    .slice(start + begin.length, stop)
    .split("\n")
    .flatMap((line) => {
      const [, type, blob] = keyPattern.exec(line) ?? [];
      return type === undefined || blob === undefined || !isKey(type, blob) ? [] : [`${type} ${blob}`];
    });
  return [...new Set(keys)];
}

/** A key names its type itself: a line that was cut or mixed up with another does not pass. */
function isKey(type: string, blob: string): boolean {
  const bytes = Buffer.from(blob, "base64");
  let offset = 0;
  let fields = 0;
  while (offset + 4 <= bytes.length) {
    const length = bytes.readUInt32BE(offset);
    if (fields === 0 && bytes.subarray(offset + 4, offset + 4 + length).toString("latin1") !== type) return false;
    offset += 4 + length;
    fields += 1;
  }
  return offset === bytes.length && fields > 1;
}

const intervalMs = 2000;

/**
 * Waits until the server has printed its keys.
 * @throws LkloadError when the cloud gives no console, or no keys come in time; with the end of what is there
 */
export async function waitForHostKeys(
  cloud: Cloud,
  server: { id: string; name: string },
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<string[]> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const log = await consoleLog(cloud, server, options.signal);
    const keys = hostKeysIn(log);
    if (keys.length > 0) return keys;
    if (performance.now() > deadline) throw noKeys(server.name, log, options.timeoutMs);
    await delay(intervalMs, undefined, { signal: options.signal });
  }
}

async function consoleLog(cloud: Cloud, server: { id: string; name: string }, signal: AbortSignal): Promise<string> {
  try {
    const { output } = await cloud.post(
      "compute",
      `/servers/${server.id}/action`,
      { "os-getConsoleOutput": {} },
      signal,
    );
    return typeof output === "string" ? output : "";
  } catch (error) {
    const status = (error as { status?: number | null }).status;
    // 404, 409: not started yet.
    if (status === 404 || status === 409) return "";
    throw new LkloadError(exitCodes.infrastructure, `${server.name}: its console can't be read`, {
      hint: "the cloud must allow os-getConsoleOutput: lkload connects to no VM whose host key it does not know",
      cause: error,
    });
  }
}

function noKeys(name: string, log: string, timeoutMs: number): LkloadError {
  const last = log
    .trimEnd()
    .split("\n")
    .slice(-3)
    .join(" | ")
    .replaceAll(/[^\x20-\x7e]/g, "");
  const text = `${name}: printed no SSH host keys on its console within ${Math.round(timeoutMs / 1000)} s`;
  return new LkloadError(exitCodes.infrastructure, text, {
    hint: last === "" ? "the console is empty: the image may not log to it" : `the console ends with: ${last}`,
  });
}
