/** Which keys are tried on a host, in which order, and what became of it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ssh2 from "ssh2";
import type { AnyAuthMethod, AuthHandlerMiddleware, ParsedKey } from "ssh2";
import { agentKeys, restrictedAgent } from "./ssh-agent.ts";
import { fingerprint } from "./public-key.ts";
import { RemoteError } from "./remote.ts";
import type { SshSettings, SshTarget } from "./ssh-target.ts";

const DEFAULT_KEYS = ["id_ed25519", "id_ecdsa", "id_rsa"];

export type Authentication = {
  handler: AuthHandlerMiddleware;
  /** What is tried, and what can't be, with the reason. */
  tried: readonly string[];
  /** For when none was accepted. */
  refusal(cause: unknown): RemoteError;
};

/**
 * Keys that somebody named come first: sshd hangs up after six keys by default, and an agent may hold more.
 * @throws {RemoteError} `refused` when there is no key at all to try
 */
export async function prepareAuthentication(target: SshTarget, settings: SshSettings): Promise<Authentication> {
  const username = target.user;
  const named = target.identityFiles.length > 0;
  const files = named ? target.identityFiles : DEFAULT_KEYS.map((name) => join(settings.home, ".ssh", name));
  const notes: string[] = [];
  const fromFiles: AnyAuthMethod[] = [];
  const publicHalves: Buffer[] = [];
  for (const file of files) {
    const found = await readKey(file, settings.passphrase?.reveal());
    if (found.publicHalf !== undefined) publicHalves.push(found.publicHalf);
    if (found.key !== undefined) fromFiles.push({ type: "publickey", username, key: found.key });
    if (found.note !== undefined && (named || !found.missing)) notes.push(`${file} (${found.note})`);
    else if (found.key !== undefined) notes.push(file);
  }

  const fromAgent: AnyAuthMethod[] = [];
  const socket = settings.agent ? settings.agentSocket : undefined;
  if (socket !== undefined) {
    const held = await agentKeys(socket);
    if (held instanceof Error) notes.push(`the agent at ${socket} (${held.message})`);
    else {
      const wanted = (key: ParsedKey) => publicHalves.some((half) => key.getPublicSSH().equals(half));
      // The named ones first, the others only where ~/.ssh/config does not forbid it.
      const keys = [...held.filter(wanted), ...(target.identitiesOnly ? [] : held.filter((key) => !wanted(key)))];
      if (keys.length > 0) fromAgent.push({ type: "agent", username, agent: restrictedAgent(socket, keys) });
      notes.push(...keys.map((key) => `agent key ${fingerprint(key.getPublicSSH())}`));
    }
  }

  const methods = named ? [...fromFiles, ...fromAgent] : [...fromAgent, ...fromFiles];
  if (methods.length === 0) throw noKey(target, notes);
  let accepted: readonly string[] = [];
  const handler: AuthHandlerMiddleware = (authsLeft, _partial, next) => {
    // Null at the first call, whatever its type says: the server has not been asked yet.
    accepted = authsLeft ?? accepted;
    const method = methods.shift();
    if (method === undefined) next(false as never);
    else next(method);
  };
  return { handler, tried: notes, refusal: (cause) => refusal(target, notes, accepted, cause) };
}

type FoundKey = { key?: ParsedKey; publicHalf?: Buffer; note?: string; missing?: boolean };

async function readKey(file: string, passphrase: string | undefined): Promise<FoundKey> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { note: code === "ENOENT" ? "no such file" : message, missing: code === "ENOENT" };
  }
  const parsed = ssh2.utils.parseKey(text, passphrase) as ParsedKey | ParsedKey[] | Error;
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key instanceof Error || key === undefined) {
    // An agent may hold it; the public half next to it tells which one that would be.
    const publicText = await readFile(`${file}.pub`, "utf8").catch(() => "");
    const publicKey = ssh2.utils.parseKey(publicText);
    return {
      note: keyProblem(key?.message ?? "no key in it", passphrase),
      ...(publicKey instanceof Error ? {} : { publicHalf: publicKey.getPublicSSH() }),
    };
  }
  if (!key.isPrivateKey()) return { note: "a public key", publicHalf: key.getPublicSSH() };
  return { key, publicHalf: key.getPublicSSH() };
}

function keyProblem(message: string, passphrase: string | undefined): string {
  if (/no passphrase given/i.test(message)) return "encrypted, and no passphrase given";
  if (passphrase !== undefined && /decrypt|integrity|bad/i.test(message)) return "the passphrase does not open it";
  return message;
}

function noKey(target: SshTarget, notes: readonly string[]): RemoteError {
  const tried = notes.length > 0 ? `: ${notes.join(", ")}` : "";
  return new RemoteError("refused", target.name, `no usable SSH key for ${target.user}@${target.address}${tried}`, {
    hint: keyHint(notes),
  });
}

function refusal(
  target: SshTarget,
  notes: readonly string[],
  accepted: readonly string[],
  cause: unknown,
): RemoteError {
  const methods = accepted.length > 0 ? `; the host accepts ${accepted.join(", ")}` : "";
  const message = `${target.address} does not let ${target.user} in; tried ${notes.join(", ")}${methods}`;
  const known = `if the public key is in ~${target.user}/.ssh/authorized_keys there and the user is right`;
  return new RemoteError("refused", target.name, message, { hint: `see ${known}; else ${keyHint(notes)}`, cause });
}

function keyHint(notes: readonly string[]): string {
  const encrypted = notes.some((note) => note.includes("passphrase"));
  const passphrase = encrypted ? ", or give its passphrase in LKLOAD_SSH_PASSPHRASE" : "";
  return `load the key with ssh-add, or name it as ssh.identityFile${passphrase}`;
}
