/** Counts as text. */
let format: Intl.NumberFormat | undefined;

/** 1000 → `1,000`. */
export function commas(count: number): string {
  // Made when it is needed: its data takes 20 ms to load, which every command would pay.
  format ??= new Intl.NumberFormat("en-US");
  return format.format(count);
}

/** `1 host`, `1,000 hosts`. */
export function plural(count: number, noun: string): string {
  return `${commas(count)} ${noun}${count === 1 ? "" : "s"}`;
}
