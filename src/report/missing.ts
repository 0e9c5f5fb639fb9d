/** Why a figure is missing, as far as the result itself tells. Never a guess. */
import { samplesNeeded } from "../metrics/distribution.ts";
import type { Distribution, Result } from "../metrics/result.ts";
import { formatCount } from "./quantity.ts";

/** For figures of the steady window that come from the hosts' samplers. */
export function hostFigureReason(result: Result): string {
  if (!result.phases.steady) return "no steady window";
  if (result.hosts.every(({ samples }) => samples === 0)) return "no host samples";
  return "no samples in the steady window";
}

/** For figures of the server's counters and histograms. */
export function serverFigureReason(result: Result): string {
  const { scrapes } = result.coverage;
  if (!scrapes) return "no metrics endpoint was scraped";
  if (scrapes.part === 0) return "every scrape of the metrics endpoints failed";
  if (!result.phases.steady) return "no steady window";
  return result.media.lossReason === null ? "the scraped metrics do not have it" : bareReason(result.media.lossReason);
}

/** A percentile that has no value, in words. `never`: so many never arrived that the percentile is one of them. */
export function percentileWords(
  { n, censored, note }: Distribution,
  percentile: keyof typeof samplesNeeded,
): { text: "never" | "not measured"; reason: string } {
  const all = n + censored;
  const needed = samplesNeeded[percentile];
  if (all < needed) return { text: "not measured", reason: `n = ${formatCount(all)}, ${needed} are needed` };
  if (censored > 0) return { text: "never", reason: `${formatCount(censored)} of ${formatCount(all)} did not arrive` };
  return { text: "not measured", reason: note ?? "its value is not known" };
}

/** The words that a reason may begin with, or consist of, and that the status of a threshold repeats. */
export function reasonKind(reason: string): string | undefined {
  return ["no source", "too few samples"].find((kind) => reason === kind || reason.startsWith(`${kind}: `));
}

/** A reason without the words that its place in a report says already. */
export function bareReason(reason: string): string {
  const kind = reasonKind(reason);
  return kind === undefined || reason === kind ? reason : reason.slice(`${kind}: `.length);
}
