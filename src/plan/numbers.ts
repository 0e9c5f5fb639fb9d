/** Counts as text. */
const format = new Intl.NumberFormat("en-US");

/** 1000 → `1,000`. */
export function commas(count: number): string {
  return format.format(count);
}

/** `1 host`, `1,000 hosts`. */
export function plural(count: number, noun: string): string {
  return `${commas(count)} ${noun}${count === 1 ? "" : "s"}`;
}
