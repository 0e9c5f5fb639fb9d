/** Named loads. A scenario's values are defaults: file, environment and flags override them. Pure. */
import type { CountName, GivenCounts, LoadCounts } from "./load-counts.ts";
import type { ConfigInput } from "./schema.ts";

export type LoadInput = NonNullable<ConfigInput["load"]>;

export type Scenario = {
  readonly name: string;
  readonly summary: string;
  /** Hosts that carry it at 100 participants each. */
  readonly recommendedHosts: number;
  readonly counts: LoadCounts;
  readonly load: Pick<LoadInput, "per" | "rooms" | "duration" | "videoResolution">;
};

function counts(publishers: number, videoPublishers: number, subscribers: number): LoadCounts {
  const participants = publishers + subscribers;
  return { participants, publishers, videoPublishers, audioPublishers: publishers, subscribers };
}

export const scenarios: readonly Scenario[] = [
  {
    name: "initial-100",
    summary: "1 room of 100: a first look",
    recommendedHosts: 1,
    counts: counts(10, 5, 90),
    load: { per: "run", rooms: 1, duration: "2m" },
  },
  {
    name: "medium-500",
    summary: "2 rooms of 250",
    recommendedHosts: 5,
    counts: counts(50, 25, 450),
    load: { per: "run", rooms: 2, duration: "3m" },
  },
  {
    name: "high-1000",
    summary: "4 rooms of 250",
    recommendedHosts: 10,
    counts: counts(100, 50, 900),
    load: { per: "run", rooms: 4, duration: "3m" },
  },
  {
    name: "mega-2500",
    summary: "10 rooms of 250",
    recommendedHosts: 25,
    counts: counts(250, 150, 2250),
    load: { per: "run", rooms: 10, duration: "4m" },
  },
  {
    name: "distributed-1000",
    summary: "one room of 100 on each host, medium resolution: 1,000 on 10 hosts",
    recommendedHosts: 10,
    counts: counts(10, 5, 90),
    load: { per: "host", rooms: "per-host", duration: "5m", videoResolution: "medium" },
  },
];

export function findScenario(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name);
}

/** What a scenario gives below the user's own counts. */
export function scenarioLoad(
  scenario: Scenario,
  own: GivenCounts,
  options: { participantsByFlag: boolean },
): Partial<LoadInput> {
  // `--participants N` is per host, whatever the scenario counts by.
  const per = options.participantsByFlag ? ({ per: "host" } as const) : {};
  return { ...scenario.load, ...per, ...scenarioCounts(scenario.counts, own) };
}

/**
 * The scenario's counts that the user's own leave standing: another total scales the parts in the scenario's
 * proportions; another part leaves the other parts as they are, and the total is their sum.
 */
function scenarioCounts(usual: LoadCounts, own: GivenCounts): GivenCounts {
  const publishers = publishersBeside(usual, own);
  const audioPublishers = own.audioPublishers ?? publishers;
  const videoShare = usual.videoPublishers / usual.publishers;
  const beside: GivenCounts = {
    publishers,
    audioPublishers,
    // Publishers are the greater of the two kinds: with audio for only some of them, all the others need video.
    videoPublishers: audioPublishers < publishers ? publishers : Math.ceil(publishers * videoShare),
    ...(own.participants === undefined ? { subscribers: usual.subscribers } : {}),
    ...(Object.keys(own).length === 0 ? { participants: usual.participants } : {}),
  };
  return Object.fromEntries(Object.entries(beside).filter(([name]) => own[name as CountName] === undefined));
}

function publishersBeside(usual: LoadCounts, own: GivenCounts): number {
  const { participants, publishers, videoPublishers = 0, audioPublishers, subscribers } = own;
  if (publishers !== undefined) return publishers;
  if (audioPublishers !== undefined) return Math.max(audioPublishers, videoPublishers);
  if (participants === undefined) return Math.max(videoPublishers, usual.publishers);
  if (subscribers !== undefined) return participants - subscribers;
  const scaled = Math.round((participants * usual.publishers) / usual.participants);
  return Math.min(participants, Math.max(1, scaled, videoPublishers));
}
