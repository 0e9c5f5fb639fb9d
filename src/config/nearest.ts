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

/** Up to `count` candidates, the likeliest first: for lists in which nothing may be near. */
export function nearestNames(given: string, candidates: Iterable<string>, count: number): string[] {
  const wanted = bare(given);
  const far = (name: string) => {
    const there = bare(name);
    // What one has and the other goes on from is nearer than letters alone say.
    const contained = wanted !== "" && there !== "" && (there.includes(wanted) || wanted.includes(there));
    return distance(wanted, there) - (contained ? Math.max(wanted.length, there.length) : 0);
  };
  return [...new Set(candidates)]
    .map((name) => ({ name, far: far(name) }))
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}
