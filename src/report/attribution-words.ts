/** Where packets or time were lost, in words. */
import type { Finding, Place } from "../metrics/attribution/result.ts";

export const placeWords: Record<Place, string> = {
  generator: "the generator",
  network: "the network",
  target: "the target",
  unknown: "unknown: the evidence does not decide",
};

/** `lost in the network`; `put down to the target`. */
export function placeText({ place }: Finding): string {
  return place === "unknown" ? "where is unknown: the evidence does not decide" : `put down to ${placeWords[place]}`;
}

/** What speaks for a place first. */
export function sortedEvidence(finding: Finding): Finding["evidence"] {
  return finding.evidence.toSorted((a, b) => Number(a.speaksFor === null) - Number(b.speaksFor === null));
}

export const nothingFound =
  "No loss, delay or failed join that would have to be put down to anything, as far as it was measured.";
