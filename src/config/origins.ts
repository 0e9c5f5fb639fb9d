import { leaves, type Origin } from "./layers.ts";
import { countNames } from "./load-counts.ts";
import type { Config } from "./schema.ts";

/** An origin for every value of the configuration: of what nobody set, the defaults. */
export function originsOf(config: Config, set: ReadonlyMap<string, Origin>): Map<string, Origin> {
  const anyCount = countNames.some((name) => set.has(`load.${name}`));
  return new Map(
    valuePaths(config).map((path) => {
      const name = path.join(".");
      const above = path.map((_, i) => path.slice(0, path.length - i).join(".")).find((p) => set.has(p));
      const origin = above === undefined ? undefined : set.get(above);
      const isCount = path[0] === "load" && countNames.some((count) => count === path[1]);
      const detail = isCount && anyCount ? "from the other counts" : "";
      return [name, origin ?? { origin: "default", detail }];
    }),
  );
}

/** A threshold is one value, though it is parsed into three. */
function valuePaths(config: Config): (readonly string[])[] {
  const { thresholds, ...rest } = config;
  return [
    ...leaves(rest).map(({ path }) => path),
    ...Object.entries(thresholds).flatMap(([metric, limit]) => (limit === undefined ? [] : [["thresholds", metric]])),
  ];
}
