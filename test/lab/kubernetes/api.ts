/** The lab's own way to the API server: as its administrator, without the code that is under test. */
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export type Answer = { status: number; text: string };

export class Api implements Disposable {
  readonly #agent: Agent;
  readonly #port: number;

  private constructor(agent: Agent, port: number) {
    this.#agent = agent;
    this.#port = port;
  }

  static async open(pkiDir: string, port: number): Promise<Api> {
    const [ca, cert, key] = await Promise.all(
      ["ca.crt", "admin.crt", "admin.key"].map((name) => readFile(join(pkiDir, name))),
    );
    return new Api(new Agent({ ca: ca!, cert: cert!, key: key!, keepAlive: true }), port);
  }

  /** Never throws on a status. */
  call(method: string, path: string, body?: unknown, type = "application/json"): Promise<Answer> {
    const data = body === undefined ? undefined : JSON.stringify(body);
    const headers = data === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(data) };
    const options = { host: "127.0.0.1", port: this.#port, path, method, agent: this.#agent, timeout: 10_000, headers };
    return new Promise((resolve, reject) => {
      const sent = request(options, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sent.on("timeout", () => sent.destroy(new Error(`${path}: no answer in 10 s`)));
      sent.on("error", reject);
      sent.end(data);
    });
  }

  /** @throws Error on any status but success */
  async get<Shape>(path: string): Promise<Shape> {
    return this.#good<Shape>("GET", path);
  }

  async post<Shape>(path: string, body: unknown): Promise<Shape> {
    return this.#good<Shape>("POST", path, body);
  }

  /** A merge patch: null removes a field. */
  async merge(path: string, body: unknown): Promise<void> {
    await this.#good("PATCH", path, body, "application/merge-patch+json");
  }

  /** Server-side apply: creates or replaces. */
  async apply(path: string, body: unknown): Promise<void> {
    await this.#good("PATCH", `${path}?fieldManager=lab&force=true`, body, "application/apply-patch+yaml");
  }

  async delete(path: string): Promise<void> {
    await this.#good("DELETE", path);
  }

  async #good<Shape>(method: string, path: string, body?: unknown, type?: string): Promise<Shape> {
    const { status, text } = await this.call(method, path, body, type);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return JSON.parse(text) as Shape;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** Asks until it is so, and gives what it got: for what the cluster does by itself, in its own time. */
export async function until<Value>(
  what: string,
  ask: () => Promise<Value | false | undefined | null>,
  { seconds, signal }: { seconds: number; signal?: AbortSignal | undefined },
): Promise<Value> {
  const deadline = performance.now() + seconds * 1000;
  let last: unknown = "not yet";
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    try {
      const value = await ask();
      if (value !== false && value !== undefined && value !== null) return value;
      last = "not yet";
    } catch (error) {
      last = error;
    }
    await delay(200, undefined, signal === undefined ? {} : { signal });
  }
  throw new Error(`not within ${seconds} s: ${what} (${String(last)})`, last instanceof Error ? { cause: last } : {});
}
