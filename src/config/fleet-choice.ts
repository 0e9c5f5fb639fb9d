import type { OriginKind, Setting } from "./layers.ts";
import type { ConfigProblem } from "./problem.ts";

const rank: Record<OriginKind, number> = { default: 0, scenario: 1, file: 2, environment: 3, flag: 4 };

type Kind = "hosts" | "local" | "openstack";
type Choice = { kind: Kind; setting: Setting };

/** What says by being there which fleet is meant. */
const implied: readonly { path: string; kind: Kind }[] = [
  { path: "fleet.hosts", kind: "hosts" },
  { path: "openstack.vms", kind: "openstack" },
  { path: "openstack.clouds", kind: "openstack" },
];

/**
 * This machine, hosts, or VMs: the later choice replaces the earlier one (`--local` the file's hosts, `--hosts` the
 * file's `kind: local`, `--vms` the file's hosts), and hosts and VMs say their kind by being there. Two in one place
 * contradict each other and stay, unless `kind` decides.
 */
export function fleetSettings(settings: readonly Setting[]): Setting[] {
  const named = settings.findLast(({ path }) => path.join(".") === "fleet.kind");
  const latest = latestImplied(settings);
  if (latest === undefined || (named !== undefined && rankOf(named) >= rankOf(latest.setting))) {
    return named === undefined ? [...settings] : withoutEarlier(settings, named.value, rankOf(named));
  }
  const { kind, setting } = latest;
  const rest = withoutEarlier(settings, kind, rankOf(setting)).filter((s) => s !== named || s.value === kind);
  return rest.includes(named!) ? rest : [...rest, { ...setting, path: ["fleet", "kind"], value: kind }];
}

/** `--local` beside `--vms`: of flags both are meant, while a file may keep a section for another time. */
export function fleetConflicts(settings: readonly Setting[]): ConfigProblem[] {
  const flags = settings.filter(({ origin }) => origin === "flag");
  const local = flags.find(({ path, value }) => path.join(".") === "fleet.kind" && value === "local");
  const vms = flags.find(({ path }) => path.join(".") === "openstack.vms");
  if (local === undefined || vms === undefined) return [];
  return [{ where: `${local.detail}, ${vms.detail}`, problem: "exclude each other: give one of them" }];
}

/** Of two in one place the last one of {@link implied}. */
function latestImplied(settings: readonly Setting[]): Choice | undefined {
  const choices = implied.flatMap(({ path, kind }): Choice[] => {
    const setting = settings.findLast((s) => s.path.join(".") === path);
    const isGiven = setting !== undefined && !(Array.isArray(setting.value) && setting.value.length === 0);
    return isGiven ? [{ kind, setting }] : [];
  });
  return choices.toSorted((a, b) => rankOf(a.setting) - rankOf(b.setting)).at(-1);
}

/** What was said of other fleets before: the number of hosts that a file asks for was meant for the file's hosts. */
function withoutEarlier(settings: readonly Setting[], kind: unknown, chosenRank: number): Setting[] {
  return settings.filter((setting) => {
    if (setting.path[0] !== "fleet" || rankOf(setting) >= chosenRank) return true;
    return kind === "openstack" ? setting.path[1] !== "hosts" : kind !== "local";
  });
}

const rankOf = ({ origin }: Setting) => rank[origin];
