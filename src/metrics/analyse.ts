/**
 * From the raw files of a run to its result. Pure and deterministic: the same input gives the same result, so that a
 * run can be analysed again from its folder. Lines are taken as they come and not kept.
 */
import type { Plan } from "../plan/plan.ts";
import { AnswerTimes } from "./attribution/answer-times.ts";
import { ErrorGroups } from "./error-groups.ts";
import { hostInputs, type HostPapers } from "./host-inputs.ts";
import { HostStream } from "./host-stream.ts";
import { KubernetesAnalysis } from "./kubernetes/analyse.ts";
import type { KubernetesLine } from "./kubernetes/lines.ts";
import type {
  AnswerSample,
  Armed,
  ClocksAfter,
  Configured,
  LoadFile,
  RoomNode,
  Provisioned,
  RoomsSample,
  RunFile,
  Scrape,
  TargetFile,
} from "./raw.ts";
import type { Result } from "./result.ts";
import { assemble } from "./assemble.ts";
import { RoomHomes } from "./room-homes.ts";
import { ProbesAnalysis } from "./probes/analyse.ts";
import type { ProbeLine } from "./probes/lines.ts";
import { RoomPolls } from "./room-polls.ts";
import { ServerMetrics } from "./server-metrics.ts";

export type AnalysisInputs = {
  plan: Plan;
  run: RunFile;
  /** What the target said about itself. Null: it was not asked. */
  target?: TargetFile | null;
  /** Null: the run did not get that far. */
  configured: Configured | null;
  /** Null or absent: no host was made for the run. */
  provisioned?: Provisioned | null;
  armed: Armed | null;
  clocksAfter: ClocksAfter | null;
  load: LoadFile | null;
};

export type Analysis = {
  /**
   * One line of a host's `stream.log`; a host's own lines in order, the hosts in any.
   * @param lineNumber from 1: reports point at it
   */
  hostLine(host: string, line: string, lineNumber: number): void;
  /** One line of `observe/rooms.ndjson`, in order. */
  roomsSample(sample: RoomsSample): void;
  /** One line of `observe/livekit-metrics.ndjson`, in order. */
  scrape(scrape: Scrape): void;
  /** One line of `observe/room-nodes.ndjson`, in order. */
  roomNode(line: RoomNode): void;
  /** One line of `observe/answers.ndjson`, in order. */
  answer(sample: AnswerSample): void;
  /** One line of `observe/kubernetes.ndjson`, in order. */
  kubernetesLine(line: KubernetesLine): void;
  /** One line of `observe/probes.ndjson`, in order. */
  probeLine(line: ProbeLine): void;
  finish(): Result;
};

export function createAnalysis(inputs: AnalysisInputs): Analysis {
  const { plan, armed, configured, clocksAfter, load, provisioned = null } = inputs;
  const papers: HostPapers = { armed, configured, clocksAfter, load, provisioned };
  const errors = new ErrorGroups();
  const rooms = new RoomPolls(
    plan.rooms.map((room) => room.name),
    armed?.startAtMs ?? Number.NEGATIVE_INFINITY,
  );
  const server = new ServerMetrics();
  const kubernetes = new KubernetesAnalysis();
  const homes = new RoomHomes();
  const answers = new AnswerTimes();
  const probes = new ProbesAnalysis();
  const streams = new Map<string, HostStream>();
  for (const host of plan.hosts) {
    const offsetMs = armed?.hosts.find(({ name }) => name === host.name)?.clock?.offsetMs ?? 0;
    streams.set(host.name, new HostStream(host, plan, offsetMs, errors));
  }
  return {
    hostLine: (host, line, lineNumber) => streams.get(host)?.push(line, lineNumber),
    roomsSample: (sample) => rooms.add(sample),
    scrape: (scrape) => server.add(scrape),
    roomNode: (line) => homes.add(line),
    answer: (sample) => answers.add(sample),
    kubernetesLine: (line) => kubernetes.add(line),
    probeLine: (line) => probes.add(line),
    finish: () => {
      for (const stream of streams.values()) stream.end();
      const hosts = [...streams.values()].map((stream) => hostInputs(plan, stream, papers));
      return assemble({
        plan,
        run: inputs.run,
        target: inputs.target ?? null,
        armed,
        load,
        hosts,
        rooms,
        server,
        kubernetes,
        homes,
        answers,
        probes,
        errors,
      });
    },
  };
}
