/** What the listeners to RTP read, in words. */
import type { RtpResult } from "../metrics/rtp-result.ts";
import { formatShare } from "./quantity.ts";

/** `1 of 4 streams read`; null when all were. */
export function streamShareText(share: number | null): string | null {
  return share === null || share >= 1 ? null : `1 of ${Math.round(1 / share)} streams read`;
}

/** `before repair; 0.02 % after`; which packet a retransmission repeats is encrypted, so that it is a lower bound. */
export function repairText({ repaired, lossAfterRepair }: Pick<RtpResult, "repaired" | "lossAfterRepair">): string {
  if (repaired === null || repaired === 0 || lossAfterRepair === null) return "before repair";
  return `before repair; at least ${formatShare(lossAfterRepair.value)} after`;
}
