/** What is known of the target's own part in losing packets or time. */
import type { KubernetesResult } from "../kubernetes/result.ts";
import type { ServersResult } from "../server-result.ts";
import type { Answers, Evidence } from "./result.ts";

/** A server with CPU time to spare answers `GET /` in a few ms, nine times of ten at least before it is slow. */
const promptAnswerMs = 15;
const slowAnswerMs = 40;
/** Of one answer in ten, where half are not prompt either: what a quota of 100 ms does. */
const lateAnswerMs = 80;
/** The connection is made without the server's process: where it takes long too, the way is long. */
const slowAgainstConnect = 20;
const longWayMs = 50;
const fewestAnswers = 5;
/** Share of requests that failed, from which on the server is not there. */
const muchFailed = 0.1;
const busyNodePercent = 90;
/** Over a sample's 15 s or so: bursts within it were held back already. */
const busyPodPercent = 90;
/** NACKs per packet sent: subscribers ask for the same packets again and again. */
const nackStorm = 0.2;

export type TargetState = {
  state: "idle" | "starved" | "not measured";
  /** Packets that the servers say they dropped themselves. */
  dropped: number | null;
  /** Percent of what publishers sent that did not reach the servers. */
  lossInPercent: number | null;
  restarts: number;
  evidence: Evidence[];
};

export type TargetInputs = {
  answers: Answers;
  servers: ServersResult | null;
  kubernetes: KubernetesResult | null;
  /** Server processes that went away in the load. */
  restarts: number;
};

export function targetState({ answers, servers, kubernetes, restarts }: TargetInputs): TargetState {
  const evidence: Evidence[] = [];
  const add = (speaksFor: Evidence["speaksFor"], source: Evidence["source"], text: string) => {
    evidence.push({ speaksFor, source, text });
  };
  const values = servers?.all.values ?? {};
  const { n, failed, answerP50Ms: answer, answerP90Ms: late, connectP50Ms: connect } = answers;
  let starved = false;
  let idle = false;
  const times = `${shown(answer)} ms to answer, ${shown(connect)} ms to connect (median of ${n - failed})`;
  const most = late === null ? "" : `, one in ten ${shown(late)} ms or more`;
  if (n >= fewestAnswers && failed >= muchFailed * n) {
    starved = true;
    add("target", "target answers", `${failed} of ${n} plain requests to LiveKit failed: ${answers.lastError ?? ""}`);
  }
  if (n - failed >= fewestAnswers && answer !== null && connect !== null) {
    // A round trip or two of the way are in each answer.
    const wayMs = 2 * connect;
    const isSlow = answer >= slowAnswerMs && answer >= slowAgainstConnect * connect;
    const isOftenLate =
      late !== null && late >= lateAnswerMs && late >= slowAgainstConnect * connect && answer >= promptAnswerMs + wayMs;
    if (isSlow || isOftenLate) {
      starved = true;
      add("target", "target answers", `LiveKit took ${times}${most}: its process had to wait`);
    } else {
      idle = !starved && answer < promptAnswerMs + wayMs && (late ?? answer) < slowAnswerMs + wayMs;
      if (connect >= longWayMs) {
        add("network", "target answers", `a plain request to LiveKit took ${times}: the way itself is slow`);
      } else add(null, "target answers", idle ? `LiveKit answered promptly: ${times}` : `LiveKit took ${times}${most}`);
    }
  }
  const busiest = kubernetes?.nodes.cpu;
  if (busiest?.maxPercent != null && busiest.maxPercent >= busyNodePercent) {
    starved = true;
    const node = busiest.node ?? "one";
    add("target", "metrics-server", `node ${node} of the cluster used ${shown(busiest.maxPercent)} % of its CPU`);
  }
  const pods = kubernetes?.components.find(({ component }) => component === "server");
  const fullest = pods?.cpuOfLimit;
  if (fullest?.maxPercent != null) {
    const { maxPercent, limit } = fullest;
    const isBusy = maxPercent >= busyPodPercent;
    if (isBusy) starved = true;
    const pod = fullest.pod ?? "one";
    const text = `the server pod ${pod} used ${shown(maxPercent)} % of the ${shown(limit)} cores that it may use`;
    add(isBusy ? "target" : null, "metrics-server", text);
  }
  // More than it requests is no lack by itself: a node with room to spare gives it.
  if (pods?.cpu.peak != null && pods.cpu.peak > 100) {
    add(null, "metrics-server", `the server pods together used ${shown(pods.cpu.peak)} % of the CPU that they request`);
  }
  if (restarts > 0) add("target", "server counters", `${restarts} LiveKit server processes went away during the load`);
  const dropped = values["dropped"] ?? null;
  if (dropped) add("target", "server counters", `LiveKit dropped ${dropped} packets itself`);
  const { nacksIn, packetsOut, lossIn, cpuMean } = values;
  if (nacksIn !== undefined && packetsOut !== undefined && nacksIn > nackStorm * packetsOut) {
    add("target", "server counters", `a storm of NACKs: ${nacksIn} for ${packetsOut} packets sent`);
  }
  if (lossIn !== undefined && lossIn > 0) {
    add(null, "server counters", `${shown(lossIn)} % of what publishers sent did not reach LiveKit`);
  }
  if (cpuMean !== undefined) add(null, "server counters", `LiveKit used ${shown(cpuMean)} cores`);
  const state = starved ? "starved" : idle ? "idle" : "not measured";
  return { state, dropped, lossInPercent: lossIn ?? null, restarts, evidence };
}

const shown = (value: number | null): string => (value === null ? "–" : String(Math.round(value * 100) / 100));
