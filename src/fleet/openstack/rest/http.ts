/** One request to a service: with a deadline, and sent again when nothing can have come of it. */
import { setTimeout as delay } from "node:timers/promises";
import { OpenStackError } from "./openstack-error.ts";

export type HttpRequest = {
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: object;
  signal: AbortSignal;
};

export type HttpResponse = { status: number; headers: Headers; text: string };

/** Of one try. */
const tryMs = 60_000;
const pausesMs = [500, 1000, 2000];

/**
 * GET, PUT and DELETE mean the same when they are sent twice; of the POSTs only those that `repeatable` allows.
 * @returns any answer but 5xx
 * @throws {OpenStackError} 5xx, or no answer, after the last try
 */
export async function send(request: HttpRequest, options: { repeatable?: boolean } = {}): Promise<HttpResponse> {
  const pauses = (options.repeatable ?? request.method !== "POST") ? pausesMs : [];
  for (let attempt = 0; ; attempt++) {
    const outcome = await tryOnce(request);
    const failed = outcome instanceof OpenStackError || outcome.status >= 500;
    if (!failed) return outcome;
    const pauseMs = pauses[attempt];
    if (pauseMs === undefined) {
      if (outcome instanceof OpenStackError) throw outcome;
      throw new OpenStackError(nameOf(request), outcome.status, `HTTP status ${outcome.status}`);
    }
    await delay(pauseMs, undefined, { signal: request.signal });
  }
}

async function tryOnce({ method, url, headers, body, signal }: HttpRequest): Promise<HttpResponse | OpenStackError> {
  signal.throwIfAborted();
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: "application/json", ...(body && { "content-type": "application/json" }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(tryMs)]),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    signal.throwIfAborted();
    return new OpenStackError(nameOf({ method, url }), null, causeOf(error), {
      hint: "check the cloud's address, the network between, and its CA bundle (cacert)",
      cause: error,
    });
  }
}

/** Without the query: it has nothing to say here. */
export function nameOf({ method, url }: Pick<HttpRequest, "method" | "url">): string {
  return `${method} ${url.replace(/\?.*$/, "")}`;
}

/** fetch says "fetch failed"; why stands in its cause. */
function causeOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === "TimeoutError") return `no answer within ${tryMs / 1000} s`;
  return cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code || message : message;
}
