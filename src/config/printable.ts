/** The configuration as users write it: durations and limits as text, secrets hidden. Pure. */
import { formatDuration } from "./duration.ts";
import { isMap, leaves } from "./layers.ts";
import type { Config } from "./schema.ts";
import { Secret } from "./secret.ts";
import { maskUrl } from "./show-value.ts";
import { printableLimit, type ThresholdLimit } from "./thresholds.ts";

/** Settings that the schema turns into milliseconds. */
const durations = new Set([
  "load.duration",
  "load.stagger",
  "probes.interval",
  "openstack.ttl",
  "openstack.bootTimeout",
  "openstack.applyTimeout",
  "ssh.connectTimeout",
  "run.deadMan",
  "run.lead",
]);

/** In the shape of `lkload.yaml`, fit to be one: what it holds validates, and gives the same configuration. */
export function printableConfig(config: Config): Record<string, unknown> {
  return printable(config, "") as Record<string, unknown>;
}

/** One entry per value: its dotted path, and the value as it would stand in the file. */
export function printableValues(config: Config): { path: string; text: string }[] {
  return leaves(printableConfig(config)).map(({ path, value }) => ({ path: path.join("."), text: yamlText(value) }));
}

function printable(value: unknown, path: string): unknown {
  if (value instanceof Secret) return String(value);
  if (typeof value === "number" && durations.has(path)) return formatDuration(value);
  if (typeof value === "string") return maskUrl(value);
  if (Array.isArray(value)) return value.map((entry: unknown) => printable(entry, `${path}[]`));
  if (!isMap(value)) return value;
  if (/^thresholds\.\w+$/.test(path)) return printableLimit(value as ThresholdLimit);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, below]) => below !== undefined)
      .map(([name, below]) => [name, printable(below, path === "" ? name : `${path}.${name}`)]),
  );
}

/** As YAML on one line. */
function yamlText(value: unknown): string {
  if (typeof value === "string") return isPlain(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(yamlText).join(", ")}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, below]) => `${name}: ${yamlText(below)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** Whether YAML takes the text for text, without quotes. */
function isPlain(text: string): boolean {
  return (
    /^[\w~./][\w~./:@+-]*(?<!:)$/.test(text) && Number.isNaN(Number(text)) && !/^(true|false|null|~|\.nan)$/i.test(text)
  );
}
