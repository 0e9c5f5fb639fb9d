/** A real Chromium over its DevTools protocol, for looking at reports as a reader's browser does. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-sync",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-extensions",
  "--remote-debugging-port=0",
  "--remote-debugging-address=127.0.0.1",
  // Nothing of the browser's own may leave the machine either: no proxy listens there.
  "--proxy-server=127.0.0.1:9",
  "about:blank",
];

export interface PageEvent {
  readonly method: string;
  readonly params: Record<string, unknown>;
}

export class Chromium implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (message: { result?: unknown; error?: { message: string } }) => void>();
  #session = "";
  #lastId = 0;
  /** Everything that the page reported since it was opened. */
  readonly events: PageEvent[] = [];

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#child = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data)) as { id?: number; method?: string; params?: Record<string, unknown> };
      if (message.id !== undefined) this.#waiting.get(message.id)?.(message as never);
      else if (message.method) this.events.push({ method: message.method, params: message.params ?? {} });
    });
  }

  static async start(signal: AbortSignal): Promise<Chromium> {
    const profile = await mkdtemp(join(tmpdir(), "lkload-chromium-"));
    const child = spawn("chromium", [...flags, `--user-data-dir=${profile}`], { stdio: "ignore" });
    try {
      await once(child, "spawn");
      const [port, path] = await devToolsAddress(profile, signal);
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
      await once(socket as never, "open", { signal });
      const browser = new Chromium(child, profile, socket);
      const { targetId } = await browser.send<{ targetId: string }>("Target.createTarget", { url: "about:blank" });
      const attached = await browser.send<{ sessionId: string }>("Target.attachToTarget", { targetId, flatten: true });
      browser.#session = attached.sessionId;
      for (const domain of ["Page", "Runtime", "Log", "Network", "Audits"]) await browser.send(`${domain}.enable`);
      return browser;
    } catch (error) {
      await end(child, profile);
      throw error;
    }
  }

  async send<Answer>(method: string, params: Record<string, unknown> = {}): Promise<Answer> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<{ result?: unknown; error?: { message: string } }>();
    this.#waiting.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params, ...(this.#session ? { sessionId: this.#session } : {}) }));
    const { result, error } = await promise;
    this.#waiting.delete(id);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result as Answer;
  }

  /** Opens a page and forgets what earlier ones reported; returns once it is loaded. */
  async open(url: string, signal: AbortSignal): Promise<void> {
    this.events.length = 0;
    await this.send("Page.navigate", { url });
    while (!this.events.some(({ method }) => method === "Page.loadEventFired")) {
      signal.throwIfAborted();
      await once(this.#socket as never, "message", { signal });
    }
  }

  /** The value of an expression in the page, as JSON. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const answer = await this.send<{ result: { value: Value }; exceptionDetails?: { text: string } }>(
      "Runtime.evaluate",
      {
        expression,
        returnByValue: true,
      },
    );
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.text);
    return answer.result.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await end(this.#child, this.#profile);
  }
}

/** Chromium writes its port into its profile once it listens. */
async function devToolsAddress(profile: string, signal: AbortSignal): Promise<[port: string, path: string]> {
  const watcher = watch(profile);
  try {
    for (;;) {
      const text = await readFile(join(profile, "DevToolsActivePort"), "utf8").catch(() => "");
      const [port, path] = text.split("\n");
      if (port && path) return [port, path];
      await once(watcher, "change", { signal });
    }
  } finally {
    watcher.close();
  }
}

async function end(child: ChildProcess, profile: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }
  await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
