/**
 * The `smp` lines of a host's stream: raw kernel counters, once per second (docs/host-protocol.md).
 * A long run of a large fleet has hundreds of thousands of them, so they are scanned by hand and only once.
 */

/** Ticks of one core since boot. */
export type CoreTicks = {
  core: number;
  /** All states added up, guest time not counted twice. */
  total: number;
  /** Not idle and not waiting for I/O. Stolen time counts as busy: the host could not use it. */
  busy: number;
  steal: number;
  softirq: number;
};

/** Counters of all interfaces but loopback, added up. A counter that the line does not hold is absent. */
export type NicCounters = { rxBytes: number; txBytes: number; drops: number };

export type SamplerLine = {
  hz: number | undefined;
  cores: CoreTicks[];
  memoryAvailableKb: number | undefined;
  nic: NicCounters | undefined;
  /** The loopback interface: what a target on this same machine is loaded through. */
  loopback: NicCounters | undefined;
  udp: { rcvbufErrors: number; sndbufErrors: number } | undefined;
  softnet: { drops: number; squeezes: number } | undefined;
};

/**
 * Never throws: words that it cannot read are left out.
 * @param line what an earlier line of the same sample held: the words are added to it
 */
export function parseSamplerLine(text: string, line: SamplerLine = nothing()): SamplerLine {
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf(" ", at);
    if (end < 0) end = text.length;
    const equals = text.indexOf("=", at);
    if (equals > at && equals < end) word(line, text, at, equals, end);
    at = end + 1;
  }
  return line;
}

function nothing(): SamplerLine {
  return {
    hz: undefined,
    cores: [],
    memoryAvailableKb: undefined,
    nic: undefined,
    loopback: undefined,
    udp: undefined,
    softnet: undefined,
  };
}

const letterC = 99;

function word(line: SamplerLine, text: string, at: number, equals: number, end: number): void {
  const second = text.charCodeAt(at + 1);
  if (text.charCodeAt(at) === letterC && second >= 48 && second <= 57) {
    const core = Number(text.slice(at + 1, equals));
    const ticks = numbers(text, equals + 1, end);
    if (ticks.length >= 4) line.cores.push(coreTicks(core, ticks));
    return;
  }
  const key = text.slice(at, equals);
  if (key.startsWith("n.")) {
    const c = numbers(text, equals + 1, end);
    if (c.length < 8) return;
    const before = key === "n.lo" ? line.loopback : line.nic;
    const counters = {
      rxBytes: (before?.rxBytes ?? 0) + value(c, 0),
      txBytes: (before?.txBytes ?? 0) + value(c, 4),
      drops: (before?.drops ?? 0) + value(c, 3) + value(c, 7),
    };
    if (key === "n.lo") line.loopback = counters;
    else line.nic = counters;
    return;
  }
  switch (key) {
    case "hz":
      line.hz = Number(text.slice(equals + 1, end));
      return;
    case "mem": {
      const [, available] = numbers(text, equals + 1, end);
      line.memoryAvailableKb = available;
      return;
    }
    case "udp": {
      const c = numbers(text, equals + 1, end);
      if (c.length >= 6) line.udp = { rcvbufErrors: value(c, 4), sndbufErrors: value(c, 5) };
      return;
    }
    case "soft": {
      const c = numbers(text, equals + 1, end);
      if (c.length >= 3) line.softnet = { drops: value(c, 1), squeezes: value(c, 2) };
      return;
    }
    default:
  }
}

/** user, nice, system, idle, iowait, irq, softirq, steal. */
function coreTicks(core: number, ticks: number[]): CoreTicks {
  let total = 0;
  for (const state of ticks) total += state;
  return {
    core,
    total,
    busy: total - value(ticks, 3) - value(ticks, 4),
    steal: value(ticks, 7),
    softirq: value(ticks, 6),
  };
}

const value = (list: number[], index: number): number => list[index] ?? 0;

/** Comma-separated non-negative integers; empty when anything else stands there. */
function numbers(text: string, from: number, end: number): number[] {
  const list: number[] = [];
  let current = 0;
  for (let i = from; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) current = current * 10 + code - 48;
    else if (code === 44) {
      list.push(current);
      current = 0;
    } else return [];
  }
  list.push(current);
  return list;
}
