import type { Origin } from "../config/layers.ts";
import { loadConfig, type LoadedConfig } from "../config/load.ts";
import { printableConfig, printableValues } from "../config/printable.ts";
import { defaultThresholds } from "../config/thresholds.ts";
import { exitCodes } from "../errors.ts";
import type { Invocation } from "./options.ts";
import type { System } from "./system.ts";

/** `lkload config`: every value of the resolved configuration and where it came from; secrets are masked. */
export async function configCommand(invocation: Invocation, system: System): Promise<number> {
  const file = invocation.options["config"];
  const loaded = await loadConfig({
    file: typeof file === "string" ? file : undefined,
    flags: invocation.flags,
    env: system.env,
    cwd: system.cwd,
  });
  const text = invocation.options["json"] === true ? jsonText(loaded) : linesText(loaded, system.stdout.columns);
  system.stdout.write(text);
  return exitCodes.pass;
}

type Line = { path: string; text: string; origin: Origin };

function linesText(loaded: LoadedConfig, columns: number): string {
  const lines = linesOf(loaded);
  const settings = lines.map(({ path, text }) => `${path}: ${text}`.trimEnd());
  // Origins stand in a column of their own, as far as that fits.
  const origins = lines.map(({ origin }) => `# ${originText(origin)}`);
  const longest = Math.max(...origins.map((text) => text.length));
  const usual = Math.max(20, Math.min(48, columns - longest - 2));
  return settings.map((text, i) => `${text.padEnd(usual)}  ${origins[i]}\n`).join("");
}

function linesOf({ config, origins }: LoadedConfig): Line[] {
  const lines = printableValues(config)
    .filter(({ path }) => path !== "thresholds")
    .map(({ path, text }) => ({ path, text, origin: originOf(origins, path) ?? byDefault }));
  const judged = Object.entries(defaultThresholds)
    .filter(([metric]) => !origins.has(`thresholds.${metric}`))
    .map(([metric, limit]) => ({ path: `thresholds.${metric}`, text: JSON.stringify(limit), origin: byDefault }));
  const unset = (["url", "apiKey", "apiSecret"] as const)
    .filter((name) => config.livekit[name] === undefined)
    .map((name) => ({ path: `livekit.${name}`, text: "", origin: { ...byDefault, detail: "not set" } }));
  return insertBefore(insertBefore(lines, "run.", judged), "livekit.", unset);
}

const byDefault: Origin = { origin: "default", detail: "" };

function insertBefore(lines: readonly Line[], start: string, more: readonly Line[]): Line[] {
  const place = lines.findIndex(({ path }) => path.startsWith(start));
  return lines.toSpliced(place === -1 ? lines.length : place, 0, ...more);
}

/** Of the value, or of the map that it stands in. */
function originOf(origins: ReadonlyMap<string, Origin>, path: string): Origin | undefined {
  for (let name = path; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
    const origin = origins.get(name);
    if (origin) return origin;
  }
  return undefined;
}

function originText({ origin, detail }: Origin): string {
  if (detail === "") return origin;
  if (origin === "file") return detail;
  if (origin === "scenario") return `scenario ${detail}`;
  return origin === "default" ? `default, ${detail}` : detail;
}

function jsonText({ config, origins, file }: LoadedConfig): string {
  return `${JSON.stringify({ file, config: printableConfig(config), origins: Object.fromEntries(origins) }, null, 2)}\n`;
}
