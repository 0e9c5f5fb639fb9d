/** The configuration of one call: file, environment and flags, in this order, above the scenario's values. */
import { readConfigFile, type ConfigFile } from "./config-file.ts";
import { environmentSettings } from "./environment.ts";
import { fleetConflicts, fleetSettings } from "./fleet-choice.ts";
import type { FlagValues } from "./flags.ts";
import { isContainer, settingNames } from "./known-settings.ts";
import { layer, leaves, type Origin, type Setting } from "./layers.ts";
import { countNames, resolveCounts, type GivenCounts } from "./load-counts.ts";
import { nearest } from "./nearest.ts";
import { oneOf } from "./explain.ts";
import { originsOf } from "./origins.ts";
import { ConfigError, type ConfigProblem } from "./problem.ts";
import { anchorPaths } from "./relative-paths.ts";
import { findScenario, scenarioLoad, scenarios, type Scenario } from "./scenarios.ts";
import type { Config } from "./schema.ts";
import { showValue } from "./show-value.ts";
import { validate } from "./validate.ts";

export type LoadInput = {
  /** As `-c` named it; `lkload.yaml` in `cwd` where it did not. */
  file?: string | undefined;
  flags: FlagValues;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
};

export type LoadedConfig = {
  /** Complete but for what a target and a fleet need (see require-target.ts): counts and the fleet's kind filled in. */
  config: Config;
  /** By dotted path of every value in `config`. */
  origins: ReadonlyMap<string, Origin>;
  /** The file that was read, as the user named it. */
  file: string | null;
};

/** @throws {ConfigError} exit code 2, with everything that is wrong anywhere */
export async function loadConfig(input: LoadInput): Promise<LoadedConfig> {
  const { file, problems } = await readConfigFile(input.file, input.cwd);
  const said = fleetSettings([
    ...(file === null ? [] : fileSettings(file)),
    ...environmentSettings(input.env),
    ...input.flags.values.map(({ path, value, flag }): Setting => ({ path, value, origin: "flag", detail: flag })),
  ]);
  const scenario = chosenScenario(said);
  const own = scenario.found === undefined ? said : withoutOutranked(scenario.found, said);
  const { input: merged, origins } = layer([...(scenario.found ? belowOwn(scenario.found, own) : []), ...own]);
  const validation = validate(
    { input: merged, origins, position: file?.position },
    { complete: problems.length === 0 },
  );
  const all = [
    ...problems,
    ...scenario.problems,
    ...validation.problems,
    ...fleetConflicts(own),
    ...input.flags.problems,
  ];
  if (all.length > 0 || validation.config === undefined) throw new ConfigError(all.sort(byLine));
  const config = anchorPaths(validation.config, { origins, fileDir: file?.dir ?? input.cwd, cwd: input.cwd });
  const counted: Record<string, unknown> = { ...config.load, ...resolveCounts(config.load) };
  const inOrder = settingNames(["load"]).filter((name) => counted[name] !== undefined);
  Object.assign(config, { load: Object.fromEntries(inOrder.map((name) => [name, counted[name]])) });
  return { config, origins: originsOf(config, origins), file: file?.name ?? null };
}

/** In the order of the file; what is not about a line comes after it. */
function byLine(a: ConfigProblem, b: ConfigProblem): number {
  const [left, right] = [a, b].map(({ where }) => /^[^ ]+:(\d+):(\d+)/.exec(where) ?? [where, 1e9, 0]) as [
    unknown[],
    unknown[],
  ];
  return Number(left[1]) - Number(right[1]) || Number(left[2]) - Number(right[2]);
}

function fileSettings(file: ConfigFile): Setting[] {
  return leaves(file.settings)
    .filter(({ path, value }) => !(value === null && isContainer(path)))
    .map(({ path, value }) => ({ path, value, origin: "file" as const, detail: file.position(path) }));
}

function chosenScenario(own: readonly Setting[]): { found?: Scenario; problems: ConfigProblem[] } {
  const setting = own.findLast(({ path }) => path.join(".") === "load.scenario");
  if (typeof setting?.value !== "string") return { problems: [] };
  const found = findScenario(setting.value);
  if (found) return { found, problems: [] };
  const names = scenarios.map(({ name }) => name);
  return {
    problems: [
      {
        where: setting.detail,
        path: "load.scenario",
        given: showValue(setting.path, setting.value),
        problem: `must be ${oneOf(names)}`,
        suggestion: nearest(setting.value, names),
      },
    ],
  };
}

/** Flags win over the file: what the file says of the load gives way to a scenario that a flag asked for. */
function withoutOutranked(scenario: Scenario, said: readonly Setting[]): Setting[] {
  if (said.findLast(({ path }) => path.join(".") === "load.scenario")?.origin !== "flag") return [...said];
  const decided = new Set<string>([...countNames, ...Object.keys(scenario.load)]);
  return said.filter(({ path: [section, name = ""], origin }) => {
    return section !== "load" || origin === "flag" || !decided.has(name);
  });
}

function belowOwn(scenario: Scenario, own: readonly Setting[]): Setting[] {
  const counts: GivenCounts = {};
  let participantsByFlag = false;
  for (const { path, value, origin } of own) {
    const name = countNames.find((count) => path.join(".") === `load.${count}`);
    if (name === undefined || typeof value !== "number") continue;
    counts[name] = value;
    if (name === "participants") participantsByFlag = origin === "flag";
  }
  const load = scenarioLoad(scenario, counts, { participantsByFlag });
  return Object.entries(load).map(([name, value]) => ({
    path: ["load", name],
    value,
    origin: "scenario" as const,
    detail: scenario.name,
  }));
}
