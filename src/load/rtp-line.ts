/** The `rtp` lines of a host's stream: what became of the RTP packets to its lk processes (docs/host-protocol.md). */

/** Counted in about one second, over all streams of the kind that were read. */
export type RtpCounts = {
  /** Streams of which something came. */
  streams: number;
  /** By how much their sequence numbers went on. */
  expected: number;
  /** Of those, how many came: late ones too, in the second in which they came. */
  received: number;
  late: number;
  duplicate: number;
};

export type RtpMedia = RtpCounts & { jitterMs: number; maxJitterMs: number };
export type RtpRepairs = RtpCounts & { probes: number };

export type RtpLine =
  | { type: "unavailable"; reason: string }
  | {
      type: "second";
      /** One of 2^bits streams was read. */
      bits: number;
      /** CPU time of the listener. */
      cpuMs: number;
      /** Packets that the listener itself missed. */
      dropped: number;
      audio: RtpMedia | undefined;
      video: RtpMedia | undefined;
      rtx: RtpRepairs | undefined;
    };

/** Undefined for a line that is not whole. */
export function parseRtpLine(text: string): RtpLine | undefined {
  if (text.startsWith("reason=")) return { type: "unavailable", reason: text.slice("reason=".length) };
  const words = new Map(
    text.split(" ").map((word) => {
      const equals = word.indexOf("=");
      return [word.slice(0, equals), word.slice(equals + 1)] as const;
    }),
  );
  const [bits, cpuUs, dropped] = ["bits", "cpu_us", "dropped"].map((key) => number(words.get(key)));
  if (bits === undefined || cpuUs === undefined || dropped === undefined) return undefined;
  return {
    type: "second",
    bits,
    cpuMs: cpuUs / 1000,
    dropped,
    audio: media(words.get("audio")),
    video: media(words.get("video")),
    rtx: repairs(words.get("rtx")),
  };
}

function media(text: string | undefined): RtpMedia | undefined {
  const list = numbers(text, 7);
  return list && { ...counts(list), jitterMs: (list[5] ?? 0) / 1000, maxJitterMs: (list[6] ?? 0) / 1000 };
}

function repairs(text: string | undefined): RtpRepairs | undefined {
  const list = numbers(text, 6);
  return list && { ...counts(list), probes: list[5] ?? 0 };
}

function counts([streams = 0, expected = 0, received = 0, late = 0, duplicate = 0]: number[]): RtpCounts {
  return { streams, expected, received, late, duplicate };
}

function numbers(text: string | undefined, length: number): number[] | undefined {
  if (text === undefined) return undefined;
  const list = text.split(",").map(number);
  return list.length >= length && list.every((value) => value !== undefined) ? list : undefined;
}

const number = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
