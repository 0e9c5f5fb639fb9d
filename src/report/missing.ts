/** Why a figure is missing, as far as the result itself tells. Never a guess. */
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
  return result.media.lossReason ?? "the scraped metrics do not have it";
}

/** Why a distribution lacks a percentile; `share` is 0.5, 0.9 or 0.99. */
export function percentileReason({ n, censored }: Distribution, share: number): string {
  const all = n + censored;
  if (n === 0) return "n = 0";
  if (n < share * all) return `${formatCount(censored)} of ${formatCount(all)} never arrived`;
  return `n = ${formatCount(all)} is too few`;
}
