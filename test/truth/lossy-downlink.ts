/**
 * Loses packets on the way to one host, and counts by itself what it lost: the packet filter of the sending side tells
 * audio, video and retransmissions apart by the RTP payload type.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { LabHost } from "../lab/hosts.ts";
import { runCommand } from "../lab/run-command.ts";

/** RTP payload types of lk's publications: opus, VP8, and VP8's retransmissions. */
const payloadTypes = { audio: 111, video: 96, rtx: 97 } as const;
export type LostKind = keyof typeof payloadTypes;

/** Packets so far. */
export type LinkCounts = Record<LostKind, { sent: number; lost: number }>;

export interface LossyDownlink extends AsyncDisposable {
  counts(): Promise<LinkCounts>;
  /** Counts twice per second until the signal aborts. */
  record(signal: AbortSignal): Promise<void>;
  /** What was sent and lost between the two times (epoch ms), by the records next to them. */
  between(fromMs: number, toMs: number): LinkCounts;
}

/** @param percent of all UDP packets from this machine to the host; 0 only counts */
export async function lossyDownlink(host: LabHost, percent: number): Promise<LossyDownlink> {
  const table = `truth_${host.namespace.replaceAll(/\W/g, "_")}`;
  const kinds = Object.entries(payloadTypes) as [LostKind, number][];
  const nft = (...args: string[]) => runCommand("nft", args);
  const rtp = (payloadType: number) => `@th,64,2 2 @th,73,7 ${payloadType}`;
  const commands = [
    `add table ip ${table}`,
    ...kinds.flatMap(([kind]) => [`add counter ip ${table} ${kind}_sent`, `add counter ip ${table} ${kind}_lost`]),
    `add chain ip ${table} lose`,
    ...kinds.map(([kind, type]) => `add rule ip ${table} lose ${rtp(type)} counter name ${kind}_lost`),
    `add rule ip ${table} lose drop`,
    `add chain ip ${table} out { type filter hook output priority 0; }`,
    `add rule ip ${table} out ip daddr != ${host.address} accept`,
    `add rule ip ${table} out meta l4proto != udp accept`,
    ...kinds.map(([kind, type]) => `add rule ip ${table} out ${rtp(type)} counter name ${kind}_sent`),
    ...(percent > 0
      ? [`add rule ip ${table} out numgen random mod 10000 < ${Math.round(percent * 100)} goto lose`]
      : []),
  ];
  await nft(commands.join("; "));
  const records: { atMs: number; counts: LinkCounts }[] = [];
  const counts = async (): Promise<LinkCounts> => {
    const listing = JSON.parse(await nft("-j", "list", "counters", "table", "ip", table)) as {
      nftables: { counter?: { name: string; packets: number } }[];
    };
    const packets = new Map(
      listing.nftables.flatMap(({ counter }) => (counter ? [[counter.name, counter.packets]] : [])),
    );
    const of = (kind: LostKind) => ({
      sent: packets.get(`${kind}_sent`) ?? Number.NaN,
      lost: packets.get(`${kind}_lost`) ?? Number.NaN,
    });
    return { audio: of("audio"), video: of("video"), rtx: of("rtx") };
  };
  return {
    counts,
    record: async (signal) => {
      while (!signal.aborted) {
        records.push({ atMs: Date.now(), counts: await counts() });
        await delay(500, undefined, { signal }).catch(() => undefined);
      }
    },
    between: (fromMs, toMs) => {
      const nearest = (atMs: number) =>
        records.toSorted((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs))[0]?.counts;
      const [from, to] = [nearest(fromMs), nearest(toMs)];
      if (from === undefined || to === undefined) throw new Error("nothing was recorded");
      const grown = (kind: LostKind) => ({
        sent: to[kind].sent - from[kind].sent,
        lost: to[kind].lost - from[kind].lost,
      });
      return { audio: grown("audio"), video: grown("video"), rtx: grown("rtx") };
    },
    [Symbol.asyncDispose]: async () => void (await nft("delete", "table", "ip", table)),
  };
}
