/** GET, lists by the page and watches, on one {@link KubernetesConnection}. */
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { request } from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, apiError } from "./api-error.ts";
import type { KubernetesConnection } from "./connection.ts";

const pageSize = 500;
const agentName = "lkload";

type Query = Readonly<Record<string, string>>;
type Call = { method?: "GET" | "POST"; query?: Query; body?: unknown; signal: AbortSignal };

type List = { metadata?: { continue?: string; resourceVersion?: string }; items?: unknown[] | null };

export class KubernetesClient {
  readonly #connection: KubernetesConnection;
  /** The server asked for no requests until then; of performance.now(). */
  #notBefore = 0;

  constructor(connection: KubernetesConnection) {
    this.#connection = connection;
  }

  /**
   * One request and its JSON. Waits as long as the server asks for (429, Retry-After), and tries once more with
   * credentials read anew when they are refused; the signal bounds it all.
   * @throws {ApiError}
   */
  async call(path: string, call: Call): Promise<unknown> {
    const text = await this.text(path, call);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new ApiError("the answer is no JSON", { status: 200, cause: error });
    }
  }

  /** The same for what is no JSON, such as a pod's own answer through the proxy. */
  async text(path: string, call: Call): Promise<string> {
    let renewed = false;
    for (;;) {
      await this.#pause(call.signal);
      try {
        return await this.#once(path, call);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401 && !renewed) {
          renewed = true;
          await this.#connection.reload();
        } else if (!this.#mayWait(error)) {
          throw error;
        }
      }
    }
  }

  /**
   * All items, page by page, each trimmed as it comes.
   * @throws {ApiError}
   */
  async list<Item>(
    path: string,
    options: { query?: Query; signal: AbortSignal },
    trim: (item: unknown) => Item | undefined,
  ): Promise<{ items: Item[]; resourceVersion: string }> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#pages(path, options, trim);
      } catch (error) {
        // The list has changed too much since its first page: from the start, once.
        if (!(error instanceof ApiError && error.status === 410 && attempt === 1)) throw error;
      }
    }
  }

  async #pages<Item>(
    path: string,
    { query, signal }: { query?: Query; signal: AbortSignal },
    trim: (item: unknown) => Item | undefined,
  ): Promise<{ items: Item[]; resourceVersion: string }> {
    const items: Item[] = [];
    let next: string | undefined;
    for (;;) {
      const page: Query = { ...query, limit: String(pageSize), ...(next ? { continue: next } : {}) };
      const list = (await this.call(path, { query: page, signal })) as List;
      for (const item of list.items ?? []) {
        const trimmed = trim(item);
        if (trimmed !== undefined) items.push(trimmed);
      }
      next = list.metadata?.continue;
      if (!next) return { items, resourceVersion: list.metadata?.resourceVersion ?? "" };
    }
  }

  /**
   * The objects of a watch as they come, until the server ends it, the connection breaks or the signal is aborted.
   * @throws {ApiError}
   */
  async *watch(path: string, options: { query: Query; signal: AbortSignal }): AsyncGenerator {
    await this.#pause(options.signal);
    const response = await this.#open(path, { query: { ...options.query, watch: "1" }, signal: options.signal });
    if (response.statusCode !== 200) {
      const error = await failed(response);
      this.#mayWait(error);
      throw error;
    }
    for await (const line of createInterface({ input: response })) {
      if (line !== "") yield JSON.parse(line);
    }
  }

  async #once(path: string, call: Call): Promise<string> {
    const response = await this.#open(path, call);
    const status = response.statusCode ?? 0;
    if (status < 200 || status >= 300) throw await failed(response);
    return bodyOf(response);
  }

  /** Whether the server asked to come again later, which is what everything then does. */
  #mayWait({ status, retryAfterMs }: ApiError): boolean {
    if (status !== 429 || retryAfterMs === null) return false;
    this.#notBefore = performance.now() + retryAfterMs;
    return true;
  }

  /** The answer's head. */
  async #open(path: string, { method = "GET", query, body, signal }: Call): Promise<IncomingMessage> {
    const search = query === undefined ? "" : `?${new URLSearchParams(query).toString()}`;
    const options = await this.#connection.request(`${path}${search}`);
    const data = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...(options.headers as OutgoingHttpHeaders | undefined),
      accept: "application/json",
      "user-agent": agentName,
      ...(data === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(data) }),
    };
    return new Promise((resolve, reject) => {
      const sent = request({ ...options, method, headers, signal });
      sent.once("response", resolve);
      sent.on("error", (error) => reject(noAnswer(error, signal)));
      sent.end(data);
    });
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const waitMs = this.#notBefore - performance.now();
    if (waitMs <= 0) return;
    await sleep(waitMs, undefined, { signal }).catch((error: unknown) => {
      throw new ApiError("HTTP 429: the API server asked to wait for longer than the poll may take", {
        status: 429,
        cause: error,
      });
    });
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch (error) {
    throw new ApiError("the answer broke off", { status: null, cause: error });
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function failed(response: IncomingMessage): Promise<ApiError> {
  return apiError(response.statusCode ?? 0, response.headers["retry-after"], await bodyOf(response));
}

function noAnswer(error: Error, signal: AbortSignal): ApiError {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (signal.aborted) return new ApiError("no answer in time", { status: null, cause: error });
  const text = error.message === "" ? code : error.message;
  return new ApiError(text.includes(code) ? text : `${code} ${text}`, { status: null, cause: error });
}
