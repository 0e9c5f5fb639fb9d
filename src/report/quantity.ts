/** Numbers as people read them: SI units, sensible digits, and no rounding that changes what a number says. */

const prefixes = [
  { factor: 1e12, prefix: "T" },
  { factor: 1e9, prefix: "G" },
  { factor: 1e6, prefix: "M" },
  { factor: 1e3, prefix: "k" },
] as const;

/** Three significant digits, two below 1, without exponent or needless zeros: 1234.5 → `1,235`, 0.01234 → `0.012`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "not a number";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : Math.min(6, 2 - Math.floor(Math.log10(size)) - (size < 1 ? 1 : 0));
  const text = size.toLocaleString("en-US", { maximumFractionDigits: digits });
  if (text === "0") return value < 0 ? "−0.000001 or nearer 0" : "< 0.000001";
  return value < 0 ? `−${text}` : text;
}

/** An exact whole number: 12345 → `12,345`. */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 }).replace("-", "−");
}

function formatSi(value: number, unit: string): string {
  const found = prefixes.find(({ factor }) => Math.abs(value) >= factor * 0.9995);
  return found ? `${formatNumber(value / found.factor)} ${found.prefix}${unit}` : `${formatNumber(value)} ${unit}`;
}

/** 118400000 → `118 Mbit/s`. */
export function formatBitrate(bps: number): string {
  return formatSi(bps, "bit/s");
}

/** Powers of ten: 1240000000 → `1.24 GB`. */
export function formatBytes(bytes: number): string {
  return formatSi(bytes, "B");
}

/** Large counts at a glance: 12345678 → `12.3 M`; exact below 100,000. */
export function formatLargeCount(value: number): string {
  return Math.abs(value) < 1e5 ? formatCount(value) : formatSi(value, "").trimEnd();
}

/** 1.84 → `1.84 ms`, 312.4 → `312 ms`, 1240 → `1.24 s`, 312000 → `5 min 12 s`. */
export function formatMs(ms: number): string {
  const size = Math.abs(ms);
  if (size < 999.5) return `${formatNumber(ms)} ms`;
  if (size < 59_950) return `${formatNumber(ms / 1000)} s`;
  const seconds = Math.round(size / 1000);
  const parts = [
    { amount: Math.floor(seconds / 3600), unit: "h" },
    { amount: Math.floor((seconds % 3600) / 60), unit: "min" },
    { amount: seconds % 60, unit: "s" },
  ];
  const text = parts
    .filter(({ amount }) => amount > 0)
    .map(({ amount, unit }) => `${amount} ${unit}`)
    .join(" ");
  return ms < 0 ? `−${text}` : text;
}

/** Percent, 0 to 100. Never rounded up to 100 or down to 0: 99.998 → `> 99.99 %`. */
export function formatPercent(percent: number): string {
  if (percent > 99.99 && percent < 100) return "> 99.99 %";
  if (percent > 0 && percent < 0.001) return "< 0.001 %";
  if (percent > 99 && percent < 100) return `${(Math.floor(percent * 100) / 100).toString()} %`;
  return `${formatNumber(percent)} %`;
}

/** A share of 0 to 1 as percent. */
export function formatShare(share: number): string {
  return formatPercent(share * 100);
}

/** A value in the unit that a series, a threshold or a distribution names. */
export function formatIn(value: number, unit: string): string {
  switch (unit) {
    case "%":
      return formatPercent(value);
    case "ms":
      return formatMs(value);
    case "bps":
    case "bit/s":
      return formatBitrate(value);
    case "Mbit/s":
      return formatBitrate(value * 1e6);
    case "B":
    case "bytes":
      return formatBytes(value);
    case "":
    case "count":
      return Number.isInteger(value) ? formatCount(value) : formatNumber(value);
    default:
      return `${isPlainCount(unit) ? formatBare(value, unit) : formatNumber(value)} ${unit}`;
  }
}

/** A word such as `participants`: its values are counts. */
export function isPlainCount(unit: string): boolean {
  return /^[a-z]{4,}$/.test(unit);
}

/** Like {@link formatIn}, but counts stand alone, for places that name the unit elsewhere. */
export function formatBare(value: number, unit: string): string {
  if (!isPlainCount(unit)) return formatIn(value, unit);
  return Number.isInteger(value) ? formatCount(value) : formatNumber(value);
}
