import { distance } from "fastest-levenshtein";

/**
 * The candidate that was most likely meant, or undefined when none is near. Case, dashes and underscores do not count
 * (`video_publishers` is `videoPublishers`); two wrong letters in five are forgiven, and letters
 * that changed places.
 */
export function nearest(given: string, candidates: Iterable<string>): string | undefined {
  const wanted = bare(given);
  if (wanted === "") return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.round(wanted.length * 0.4)) + 1;
  const containing: string[] = [];
  for (const candidate of candidates) {
    const name = bare(candidate);
    const difference = name !== wanted && sorted(wanted) === sorted(name) ? 1 : distance(wanted, name);
    if (difference < bestDistance) {
      best = candidate;
      bestDistance = difference;
    }
    if (wanted.length >= 4 && (name.includes(wanted) || wanted.includes(name))) containing.push(candidate);
  }
  return best ?? (containing.length === 1 ? containing[0] : undefined);
}

function sorted(text: string): string {
  return Array.from(text).sort().join("");
}

function bare(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}
