/** The deployment under test: reachable, takes the keys, lets a participant join, has the time that we have. */
import { ConfigError } from "../config/problem.ts";
import { requireTarget } from "../config/require-target.ts";
import type { Config } from "../config/schema.ts";
import { httpClock, type ClockBounds } from "../observe/http-clock.ts";
import { scrape } from "../observe/scrape.ts";
import { errorText, Target, TargetError } from "../observe/target.ts";
import { after, notApplicable, ok, problem, problemOf, shared, type Check, type CheckOutcome } from "./check.ts";

const group = "LiveKit";
/** Access tokens are good from one minute before to one minute after; half of it is for the way and for the bound. */
const clockLimitMs = 30_000;
const notReached = "LiveKit is not reached";

export type LivekitCheckOptions = {
  config: Config;
  /** The room that the trial participant joins; deleted at once. */
  room: string;
  /** Epoch ms. */
  now: () => number;
};

export function livekitChecks({ config, room, now }: LivekitCheckOptions): Check[] {
  const open = () => new Target(requireTarget(config));
  const answered = shared((signal) => answers(open, signal));
  return [
    { group, name: "server", run: async (signal) => reachable(config, answered(signal)) },
    { group, name: "API key", run: async (signal) => keyAccepted(config, answered(signal)) },
    {
      group,
      name: "join",
      run: (signal) =>
        after(answered(signal), notReached, (refusal) =>
          refusal === null ? join(open(), room, signal) : notApplicable("LiveKit refuses the key"),
        ),
    },
    { group, name: "clock", run: (signal) => clock(config.livekit.url, now, signal) },
    ...metricsChecks(config, now),
  ];
}

/** Null: it answers and takes the key. Else why it refuses. @throws {TargetError} when nothing usable answers */
async function answers(open: () => Target, signal: AbortSignal): Promise<TargetError | null> {
  signal.throwIfAborted();
  const target = open();
  try {
    await target.check();
    return null;
  } catch (error) {
    if (error instanceof TargetError && error.reason === "refused") return error;
    throw error;
  }
}

async function reachable(config: Config, answered: Promise<unknown>): Promise<CheckOutcome> {
  if (config.livekit.url === undefined) {
    return problem("livekit.url is not set", "set it in lkload.yaml, as LIVEKIT_URL, or with --url wss://…");
  }
  try {
    await answered;
    return ok(`answers at ${config.livekit.url}`);
  } catch (error) {
    // Told with the key.
    if (error instanceof ConfigError) return notApplicable("not asked: there is no key to ask with");
    return problemOf(error);
  }
}

async function keyAccepted(config: Config, answered: Promise<TargetError | null>): Promise<CheckOutcome> {
  const { apiKey, apiSecret, url } = config.livekit;
  if (url === undefined && apiKey !== undefined && apiSecret !== undefined) return notApplicable(notReached);
  if (apiKey === undefined) {
    return problem("livekit.apiKey is not set", "set it in lkload.yaml, as LIVEKIT_API_KEY, or with --api-key");
  }
  if (apiSecret === undefined) {
    return problem("livekit.apiSecret is not set", "set LIVEKIT_API_SECRET in the environment");
  }
  return after(answered, notReached, (refusal) =>
    refusal === null ? ok("key and secret are accepted") : problemOf(refusal),
  );
}

async function join(target: Target, room: string, signal: AbortSignal): Promise<CheckOutcome> {
  try {
    const { serverVersion, region } = await target.probeJoin(room, signal);
    const where = region === null ? "" : `, region ${region}`;
    return ok(`a participant joined; LiveKit ${serverVersion ?? "of unknown version"}${where}`);
  } finally {
    // Also after a join that failed half-way. The server ends an empty room by itself where this does not reach it.
    await target.deleteRooms([room], signal);
  }
}

async function clock(url: string | undefined, now: () => number, signal: AbortSignal): Promise<CheckOutcome> {
  if (url === undefined) return notApplicable("no server to ask");
  let bounds: ClockBounds | null;
  try {
    bounds = await httpClock(url.replace(/^ws/, "http"), { now, signal });
  } catch (error) {
    signal.throwIfAborted();
    return notApplicable(`${notReached} (${errorText(error)})`);
  }
  if (bounds === null) return notApplicable("the server's answers have no Date");
  return judgeClock(bounds);
}

export function judgeClock({ leastMs, mostMs }: ClockBounds): CheckOutcome {
  const text = `${seconds(leastMs)} to ${seconds(mostMs)} s ahead of this machine, by its HTTP Date`;
  if (leastMs <= clockLimitMs && mostMs >= -clockLimitMs) return ok(`the server's clock is ${text}`);
  return problem(
    `the server's clock is ${text}`,
    "set both by NTP (`timedatectl set-ntp true`): access tokens are refused when the clocks are a minute apart",
  );
}

const seconds = (ms: number) => (Math.round(ms / 10) / 100).toFixed(2).replace(/^-(0\.00)$/, "$1");

function metricsChecks({ livekit }: Config, now: () => number): Check[] {
  if (livekit.metrics.length === 0) {
    const text = "none is set: loss and subscribe times have no source, and are not judged";
    return [{ group, name: "metrics", run: async () => notApplicable(text) }];
  }
  return livekit.metrics.map((url, index): Check => {
    const name = livekit.metrics.length === 1 ? "metrics" : `metrics ${index + 1}`;
    return { group, name, run: (signal) => metrics(url, now, signal) };
  });
}

async function metrics(url: string, now: () => number, signal: AbortSignal): Promise<CheckOutcome> {
  const { error, text, url: shown } = await scrape(url, now, signal);
  signal.throwIfAborted();
  if (error !== null) return problem(`${shown}: ${error}`, "check livekit.metrics, and LiveKit's prometheus_port");
  if (text?.includes("livekit_") === true) return ok(`LiveKit's metrics at ${shown}`);
  return problem(`${shown} answers, but with no metrics of LiveKit`, "check livekit.metrics: port and path");
}
