/** Where a raw line stands in the run's folder, as a link that works beside the report. */

/** Relative, each segment percent-encoded; undefined for anything that is not a plain path below the run's folder. */
export function rawHref(place: string): string | undefined {
  const path = place.replace(/:\d+$/, "");
  const segments = path.split("/");
  if (segments.some((segment) => segment === "" || segment === "." || segment === ".." || !segment.isWellFormed()))
    return undefined;
  return `./${segments.map(encodeURIComponent).join("/")}`;
}
