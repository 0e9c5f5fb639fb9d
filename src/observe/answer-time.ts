/**
 * How promptly the target answers. The TCP handshake is made by its kernel, whatever the server's process is up to; the
 * answer needs the process. Where the one is quick and the other slow, the server has to wait for CPU time.
 */
import { appendFileSync, mkdirSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AnswerSample } from "../metrics/raw.ts";
import { errorText } from "./target.ts";
import { everyInterval } from "./ticker.ts";

const intervalMs = 1000;
/** The kernel gives a CPU quota anew so often (cfs_period_us, as Kubernetes leaves it). */
const quotaPeriodMs = 100;
const goldenRatio = (Math.sqrt(5) - 1) / 2;
const timeoutMs = 5000;

export type AnswerOptions = { url: string; log: string; now: () => number; signal: AbortSignal };

/**
 * How long after the full second it asks. Always at the same time, it would meet a server that is held back by a quota
 * at the same point of each period: as prompt, or as slow, as that point is. Multiples of the golden ratio spread over
 * the period evenly, however many there are.
 */
export function phaseMs(count: number): number {
  return ((count * goldenRatio) % 1) * quotaPeriodMs;
}

/** Asks once per second until the signal is aborted; what fails is recorded. */
export async function observeAnswers({ url, log, now, signal }: AnswerOptions): Promise<void> {
  mkdirSync(dirname(log), { recursive: true });
  let asked = 0;
  await everyInterval(intervalMs, signal, async () => {
    await sleep(phaseMs(asked++), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const sample = await answerTime(url, now);
    appendFileSync(log, `${JSON.stringify(sample)}\n`, { mode: 0o600 });
  });
}

/** One `GET /` over a connection of its own: any answer counts, the server's health is told by others. */
export async function answerTime(url: string, now: () => number): Promise<AnswerSample> {
  const target = new URL("/", url.replace(/^ws/, "http"));
  const isSecure = target.protocol === "https:";
  const polledAtMs = now();
  const { promise, resolve } = Promise.withResolvers<AnswerSample>();
  let resolvedAt = performance.now();
  let readyAt = Number.NaN;
  let connectMs: number | null = null;
  const signal = AbortSignal.timeout(timeoutMs);
  const request = (isSecure ? https : http).get(target, { agent: false, signal }, (response) => {
    resolve({ polledAtMs, connectMs, answerMs: rounded(performance.now() - readyAt), error: null });
    response.resume();
  });
  request.once("socket", (socket) => {
    socket.once("lookup", () => (resolvedAt = performance.now()));
    socket.once("connect", () => {
      readyAt = performance.now();
      connectMs = rounded(readyAt - resolvedAt);
    });
    if (isSecure) socket.once("secureConnect", () => (readyAt = performance.now()));
  });
  request.once("error", (error) => {
    const text = signal.aborted ? `no answer within ${timeoutMs / 1000} s` : errorText(error);
    resolve({ polledAtMs, connectMs, answerMs: null, error: text });
  });
  return promise;
}

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
