/** The user's SSH agent. */
import ssh2 from "ssh2";
import type { BaseAgent, IdentityCallback, OpenSSHAgent, ParsedKey, SignCallback, SigningRequestOptions } from "ssh2";

const TIMEOUT_MS = 5000;

/** The keys that the agent holds, or why it can't be asked. */
export function agentKeys(socket: string): Promise<ParsedKey[] | Error> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
    new ssh2.OpenSSHAgent(socket).getIdentities((error, keys) => {
      clearTimeout(timer);
      resolve(error ?? (keys as ParsedKey[] | undefined) ?? []);
    });
  });
}

/** The agent as one that holds only the given keys, in the given order. */
export function restrictedAgent(socket: string, keys: readonly ParsedKey[]): BaseAgent<ParsedKey> {
  return new RestrictedAgent(socket, keys);
}

class RestrictedAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: OpenSSHAgent;
  readonly #keys: readonly ParsedKey[];

  constructor(socket: string, keys: readonly ParsedKey[]) {
    super();
    this.#agent = new ssh2.OpenSSHAgent(socket);
    this.#keys = keys;
  }

  getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [...this.#keys]);
  }

  sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, callback?: SignCallback): void {
    if (typeof options === "function") this.#agent.sign(key, data, {}, options);
    else this.#agent.sign(key, data, options, callback);
  }
}
