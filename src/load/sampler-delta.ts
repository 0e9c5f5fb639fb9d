/** What happened on a host between two sampler lines. */
import type { CoreTicks, NicCounters, SamplerLine } from "./sampler-line.ts";

export type CoreUse = { core: number; busyPercent: number; stealPercent: number };

export type SamplerDelta = {
  fromMs: number;
  toMs: number;
  cores: CoreUse[];
  /** Null: the counter is absent, or went backwards (a reset). Never a made-up 0. */
  rxBytes: number | null;
  txBytes: number | null;
  nicDrops: number | null;
  udpRcvbufErrors: number | null;
  udpSndbufErrors: number | null;
  softnetDrops: number | null;
  softnetSqueezes: number | null;
};

/**
 * @param loopback whether traffic over the loopback interface is counted too: only where host and target are one
 *   machine; elsewhere it is the host talking to itself
 */
export function samplerDelta(
  before: { timeMs: number; line: SamplerLine },
  after: { timeMs: number; line: SamplerLine },
  loopback: boolean,
): SamplerDelta {
  const [a, b] = [before.line, after.line];
  const nicBefore = interfaces(a, loopback);
  const nicAfter = interfaces(b, loopback);
  return {
    fromMs: before.timeMs,
    toMs: after.timeMs,
    cores: coreUse(a.cores, b.cores),
    rxBytes: difference(nicBefore?.rxBytes, nicAfter?.rxBytes),
    txBytes: difference(nicBefore?.txBytes, nicAfter?.txBytes),
    nicDrops: difference(nicBefore?.drops, nicAfter?.drops),
    udpRcvbufErrors: difference(a.udp?.rcvbufErrors, b.udp?.rcvbufErrors),
    udpSndbufErrors: difference(a.udp?.sndbufErrors, b.udp?.sndbufErrors),
    softnetDrops: difference(a.softnet?.drops, b.softnet?.drops),
    softnetSqueezes: difference(a.softnet?.squeezes, b.softnet?.squeezes),
  };
}

function interfaces(line: SamplerLine, loopback: boolean): NicCounters | undefined {
  if (!loopback || line.loopback === undefined) return line.nic;
  const { nic, loopback: lo } = line;
  if (nic === undefined) return lo;
  return { rxBytes: nic.rxBytes + lo.rxBytes, txBytes: nic.txBytes + lo.txBytes, drops: nic.drops + lo.drops };
}

function difference(before: number | undefined, after: number | undefined): number | null {
  return before === undefined || after === undefined || after < before ? null : after - before;
}

function coreUse(before: CoreTicks[], after: CoreTicks[]): CoreUse[] {
  const use: CoreUse[] = [];
  for (let i = 0; i < after.length; i++) {
    const now = after[i];
    const then = before[i]?.core === now?.core ? before[i] : before.find((ticks) => ticks.core === now?.core);
    if (now === undefined || then === undefined) continue;
    const ticks = now.total - then.total;
    // idle and iowait may step back by a tick on some kernels.
    if (ticks <= 0) continue;
    const percent = (part: number) => Math.min(100, Math.max(0, (part / ticks) * 100));
    use.push({
      core: now.core,
      busyPercent: percent(now.busy - then.busy),
      stealPercent: percent(now.steal - then.steal),
    });
  }
  return use;
}
