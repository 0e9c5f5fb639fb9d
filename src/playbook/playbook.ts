/** Applies playbooks to one host, in one round trip. */
import { withoutSecrets } from "../config/redact.ts";
import { Secret } from "../config/secret.ts";
import { bashCommand } from "../remote/bash.ts";
import { RemoteError, type ExecResult, type Remote } from "../remote/remote.ts";
import { parseFacts, type Facts } from "./facts.ts";
import { assignments, playbookSeries, type Variables } from "./script.ts";

/**
 * Bash reads a script that comes through a pipe byte by byte, a system call for each; cat(1) does not, and this makes a
 * long playbook five times as cheap. What is evaluated is no longer in the way of the commands' own input either.
 */
export const evaluate: readonly string[] = [...bashCommand, 'eval "$(cat)"'];

type Call = {
  variables: Variables;
  /** Default true: as root where the host allows it. */
  become?: boolean;
  signal: AbortSignal;
  /** Default 120 s. */
  timeoutMs?: number;
};

export type PlaybookCall = Call & {
  /** For messages: `tune-kernel.sh`. */
  name: string;
  script: string;
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
  const result = await remote.exec(evaluate, {
    stdin: assignments(call.variables) + call.script,
    become: call.become ?? true,
    signal: call.signal,
    timeoutMs: call.timeoutMs ?? 120_000,
  });
  return factsOf(remote.host, { ...result, name: call.name, facts: parseFacts(result.stdout) }, call.variables);
}

/** What one of several playbooks came to. */
export type Section = ExecResult & { name: string; facts: Facts };

/**
 * Several of lkload's own playbooks in one round trip, all with the same variables: one after the other, until one
 * exits other than 0. `onBegin` hears of each when its turn comes.
 * @returns what those that were begun came to; {@link factsOf} tells which of them failed
 * @throws {RemoteError} when the host could not be reached
 */
export async function applySeries(
  remote: Remote,
  names: readonly string[],
  call: Call & { onBegin?: (name: string) => void },
): Promise<Section[]> {
  const sections: Section[] = [];
  let text = "";
  const begin = () => {
    const name = names[sections.length];
    if (name !== undefined) call.onBegin?.(name);
  };
  const end = (exitCode: number, stdout: string, stderr: string) => {
    const name = names[sections.length] ?? "";
    sections.push({ name, exitCode, stdout, stderr, facts: parseFacts(stdout) });
  };
  begin();
  const decoder = new TextDecoder();
  const { exitCode, stderr } = await remote.exec(evaluate, {
    stdin: assignments(call.variables) + (await playbookSeries(names)),
    stdout: (chunk) => {
      text += decoder.decode(chunk, { stream: true });
      for (let match; (match = /^section=(\d+)\n/m.exec(text)) !== null;) {
        if (match[1] !== "0") break;
        end(0, text.slice(0, match.index), "");
        text = text.slice(match.index + match[0].length);
        begin();
      }
    },
    become: call.become ?? true,
    signal: call.signal,
    timeoutMs: call.timeoutMs ?? 120_000,
  });
  // The one that failed, or that bash did not get to the end of.
  if (sections.length < names.length) end(exitCode, text, stderr);
  return sections;
}

/** @throws {PlaybookError} when the playbook failed: its `error=` line, or its exit code and the end of what it said */
export function factsOf(host: string, section: Section, variables: Variables): Facts {
  const error = section.facts.get("error");
  if (section.exitCode === 0 && error === undefined) return section.facts;
  const message = error ?? unexpected(section);
  throw new PlaybookError(host, redact(`${section.name}: ${message}`, variables), section.facts);
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
  const secrets = Object.values(variables).filter((value) => value instanceof Secret);
  // One variable may hold several, as lines of `NAME=value`.
  const lines = secrets.flatMap((secret) => secret.reveal().split("\n"));
  return withoutSecrets(
    text,
    lines.map((line) => new Secret(line.replace(/^[A-Z_]+=/, ""))),
  );
}
