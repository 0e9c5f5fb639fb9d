/** Combinations that no plan can serve. */
import { exitCodes, LkloadError } from "../errors.ts";
import { plural } from "./numbers.ts";
import { publisherCount } from "./plan.ts";

type Asked = {
  hosts: readonly { name: string }[];
  minHosts: number;
  roomCount: number;
  totals: {
    participants: number;
    publishers: number;
    videoPublishers: number;
    audioPublishers: number;
    subscribers: number;
  };
};

/** @throws {LkloadError} exit code 2, with every problem at once. */
export function refuseImpossible(asked: Asked): void {
  const problems = findProblems(asked);
  if (problems.length === 0) return;
  throw new LkloadError(
    exitCodes.usage,
    problems.length === 1
      ? problems[0]!
      : `the plan is impossible:\n${problems.map((text) => `  - ${text}`).join("\n")}`,
    { hint: "`lkload config` shows the load and the fleet, and where each value came from" },
  );
}

function findProblems({ hosts, minHosts, roomCount, totals }: Asked): string[] {
  if (hosts.length === 0) return ["there is no host to generate load"];
  const problems: string[] = [];
  const twice = [...Map.groupBy(hosts, (host) => host.name)].filter(([, same]) => same.length > 1);
  for (const [name, same] of twice) problems.push(`${same.length} hosts are named ${name}: names must differ`);
  if (minHosts > hosts.length) {
    problems.push(`fleet.minHosts asks for ${minHosts} usable hosts, there are ${hosts.length}`);
  }
  if (publisherCount(totals) !== totals.publishers) {
    problems.push(
      `${plural(totals.publishers, "publisher")} with ${totals.videoPublishers} video and ` +
        `${totals.audioPublishers} audio publishers: the greater of the two must equal the publishers`,
    );
  }
  if (totals.publishers + totals.subscribers !== totals.participants) {
    problems.push(
      `${plural(totals.participants, "participant")} with ${plural(totals.publishers, "publisher")} and ` +
        `${plural(totals.subscribers, "subscriber")}: the two must add up to the participants`,
    );
  }
  for (const [count, noun] of [
    [roomCount, "room"],
    [hosts.length, "host"],
  ] as const) {
    if (totals.participants < count) {
      problems.push(
        `${plural(totals.participants, "participant")} for ${plural(count, noun)}: ` +
          `${plural(count - totals.participants, noun)} would have nobody`,
      );
    }
  }
  return problems;
}
