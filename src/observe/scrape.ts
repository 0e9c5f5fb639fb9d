import { keepLine } from "../metrics/prometheus.ts";
import type { Scrape } from "../metrics/raw.ts";
import { errorText } from "./target.ts";

/** Below the interval, so that scrapes never overlap. */
const timeoutMs = 8000;

/** One scrape of one Prometheus endpoint; a failed one is a sample too, with its error. */
export async function scrape(url: string, now: () => number, signal: AbortSignal): Promise<Scrape> {
  const polledAtMs = now();
  const started = performance.now();
  const sample = (text: string | null, error: string | null): Scrape => ({
    polledAtMs,
    tookMs: Math.round(performance.now() - started),
    url: withoutCredentials(url),
    text,
    error,
  });
  try {
    const { target, headers } = request(url);
    const response = await fetch(target, {
      headers,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const body = await response.text();
    if (!response.ok) return sample(null, `HTTP ${response.status}`);
    return sample(body.split("\n").filter(keepLine).join("\n"), null);
  } catch (error) {
    return sample(null, errorText(error));
  }
}

/** `http://user:password@host/metrics`: fetch takes credentials only as a header. */
function request(url: string): { target: string; headers: Record<string, string> } {
  const parsed = new URL(url);
  if (parsed.username === "" && parsed.password === "") return { target: url, headers: {} };
  const credentials = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
  return {
    target: withoutCredentials(url),
    headers: { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` },
  };
}

function withoutCredentials(url: string): string {
  const parsed = new URL(url);
  parsed.username = "";
  parsed.password = "";
  return parsed.href;
}
