import type { OriginKind, Setting } from "./layers.ts";

const rank: Record<OriginKind, number> = { default: 0, scenario: 1, file: 2, environment: 3, flag: 4 };

/**
 * This machine or hosts: the later choice replaces the earlier one (`--local` the file's hosts, `--hosts` the file's
 * `kind: local`), and hosts say their kind by being there. Both in one place contradict each other and stay.
 */
export function fleetSettings(settings: readonly Setting[]): Setting[] {
  const kind = settings.findLast(({ path }) => path.join(".") === "fleet.kind");
  const hosts = settings.findLast(({ path }) => path.join(".") === "fleet.hosts");
  if (kind === undefined) {
    const some = hosts !== undefined && Array.isArray(hosts.value) && hosts.value.length > 0;
    return some ? [...settings, { ...hosts, path: ["fleet", "kind"], value: "hosts" }] : [...settings];
  }
  if (hosts === undefined || kind.value !== "local") return [...settings];
  if (rank[kind.origin] > rank[hosts.origin]) {
    // The number of hosts that the file asked for was meant for the file's hosts.
    return settings.filter(({ path, origin }) => !(path[0] === "fleet" && rank[origin] < rank[kind.origin]));
  }
  if (rank[hosts.origin] > rank[kind.origin]) {
    return [...settings.filter((s) => s !== kind), { ...hosts, path: ["fleet", "kind"], value: "hosts" }];
  }
  return [...settings];
}
