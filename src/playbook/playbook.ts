/** Applies one playbook to one host, in one round trip. */
import { Secret } from "../config/secret.ts";
import { RemoteError, type Remote } from "../remote/remote.ts";
import { parseFacts, type Facts } from "./facts.ts";
import { assignments, type Variables } from "./script.ts";

export type PlaybookCall = {
  /** For messages: `tune-kernel.sh`. */
  name: string;
  script: string;
  variables: Variables;
  /** Default true: as root where the host allows it. */
  become?: boolean;
  signal: AbortSignal;
  /** Default 120 s. */
  timeoutMs?: number;
};

/** Why the playbook failed, with what it had found out by then. */
export class PlaybookError extends RemoteError {
  readonly facts: Facts;

  constructor(host: string, message: string, facts: Facts) {
    super("command", host, message);
    this.name = "PlaybookError";
    this.facts = facts;
  }
}

/**
 * @throws {PlaybookError} when the playbook failed: its `error=` line, or its exit code and the end of what it said
 * @throws {RemoteError} when the host could not be reached
 */
export async function applyPlaybook(remote: Remote, call: PlaybookCall): Promise<Facts> {
  const result = await remote.exec(["bash", "-s"], {
    stdin: assignments(call.variables) + call.script,
    become: call.become ?? true,
    signal: call.signal,
    timeoutMs: call.timeoutMs ?? 120_000,
  });
  const facts = parseFacts(result.stdout);
  const error = facts.get("error");
  if (result.exitCode === 0 && error === undefined) return facts;
  const message = error ?? unexpected(result);
  throw new PlaybookError(remote.host, redact(`${call.name}: ${message}`, call.variables), facts);
}

function unexpected(result: { exitCode: number; stdout: string; stderr: string }): string {
  if (result.exitCode === 127 && /bash.*not found|bash: No such file/.test(result.stderr)) {
    return "this host has no bash: install it";
  }
  const tail = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-5).join(" | ").slice(-500);
  return `exit code ${result.exitCode}${tail === "" ? "" : `: ${tail}`}`;
}

/** Takes every secret that the playbook was given, and access tokens, out of a text. */
export function redact(text: string, variables: Variables): string {
  let redacted = text.replaceAll(/eyJ[A-Za-z0-9_.-]{8,}/g, "[token]");
  for (const value of Object.values(variables)) {
    if (!(value instanceof Secret)) continue;
    for (const line of value.reveal().split("\n")) {
      const secret = line.replace(/^[A-Z_]+=/, "");
      if (secret.length >= 4) redacted = redacted.replaceAll(secret, "***");
    }
  }
  return redacted;
}
