/** Watches the target while the load runs: rooms by its API, metrics by Prometheus, each line to a file of its own. */
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { RoomsSample, Scrape } from "../metrics/raw.ts";
import { scrape } from "./scrape.ts";
import type { Target } from "./target.ts";
import { everyInterval } from "./ticker.ts";

export const pollIntervalMs = 10_000;
/** LiveKit flushes track statistics every 5 s and sweeps telemetry every 30 s: the last scrape comes after that. */
export const lastScrapeDelayMs = 30_000;

export type ObserveOptions = {
  target: Target;
  rooms: readonly string[];
  identityPrefixes: readonly string[];
  metricsUrls: readonly string[];
  roomsLog: string;
  metricsLog: string;
  now: () => number;
  signal: AbortSignal;
  onRooms: (sample: RoomsSample) => void;
  onScrape: (sample: Scrape) => void;
};

/** Polls until the signal is aborted. Never throws for a target that does not answer: that is recorded. */
export async function observe(options: ObserveOptions): Promise<void> {
  mkdirSync(dirname(options.roomsLog), { recursive: true });
  await everyInterval(pollIntervalMs, options.signal, async () => {
    const [rooms] = await Promise.all([
      options.target.pollRooms(options.rooms, options.identityPrefixes, options.now),
      scrapeAll(options),
    ]);
    append(options.roomsLog, rooms);
    options.onRooms(rooms);
  });
}

/** One scrape of every endpoint, recorded. */
export async function scrapeAll(
  options: Pick<ObserveOptions, "metricsUrls" | "metricsLog" | "now" | "onScrape"> & { signal?: AbortSignal },
): Promise<void> {
  // A scrape that is under way when the load ends is still worth having: only its own time-out ends it.
  const signal = new AbortController().signal;
  const samples = await Promise.all(options.metricsUrls.map((url) => scrape(url, options.now, signal)));
  for (const sample of samples) {
    append(options.metricsLog, sample);
    options.onScrape(sample);
  }
}

function append(path: string, sample: unknown): void {
  appendFileSync(path, `${JSON.stringify(sample)}\n`, { mode: 0o600 });
}
