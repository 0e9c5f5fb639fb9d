/** Points in time as text: UTC for when, elapsed time for where in the load. */

/** `2026-03-14T09:26:53Z`; with milliseconds where `exact`. */
export function formatUtc(atMs: number, precision: "second" | "millisecond" = "second"): string {
  const date = new Date(atMs);
  if (Number.isNaN(date.getTime())) return "not a time";
  const text = date.toISOString();
  return precision === "millisecond" ? text : text.replace(/\.\d+Z$/, "Z");
}

/** Elapsed since the common start: `0:05`, `12:30`, `1:02:03`, `−0:02`. */
export function formatElapsed(elapsedMs: number): string {
  const total = Math.round(Math.abs(elapsedMs) / 1000);
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, "0");
  const text = hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
  return elapsedMs < 0 && total > 0 ? `−${text}` : text;
}
