/** What the schema cannot say: settings that contradict each other. Pure. */
import { formatDuration } from "./duration.ts";
import { slides, type ThresholdMetric } from "./thresholds.ts";
import { watchesPods } from "./watches-kubernetes.ts";
import { readInventory } from "./inventory.ts";
import { openstackRules, vmCount } from "./openstack-rules.ts";
import { countConflict, resolveCounts, type LoadCounts } from "./load-counts.ts";
import type { Config } from "./schema.ts";

import type { RuleProblem } from "./rule-problem.ts";

/** LiveKit Cloud's limit per role, which lk itself enforces for each of its processes. */
const cloudLimit = 50;

/** Every contradiction in a configuration whose single values are all right. */
export function brokenRules(config: Config): RuleProblem[] {
  return [
    ...fleetRules(config),
    ...openstackRules(config),
    ...cliRules(config),
    ...loadRules(config),
    ...thresholdRules(config),
  ];
}

function fleetRules({ fleet, ...config }: Config): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const { problems: addresses } = readInventory({ fleet, ...config });
  for (const { path, given, problem } of addresses) problems.push({ paths: [path.join(".")], given, problem });
  if (fleet.kind === "local" && fleet.hosts.length > 0) {
    problems.push({
      paths: ["fleet.kind", "fleet.hosts"],
      problem: "local (this machine) and hosts exclude each other: give one of them",
    });
  } else if (fleet.kind === "hosts" && fleet.hosts.length === 0) {
    problems.push({
      paths: ["fleet.kind", "fleet.hosts"],
      problem: "needs at least one entry in fleet.hosts, or --hosts",
    });
  }
  const count = hostCount({ fleet, openstack: config.openstack });
  if (fleet.minHosts !== undefined && count > 0 && fleet.minHosts > count) {
    problems.push({
      paths: ["fleet.minHosts", fleet.kind === "openstack" ? "openstack.vms" : "fleet.hosts"],
      given: String(fleet.minHosts),
      problem: `must be at most the number of hosts, which is ${count}`,
    });
  }
  return problems;
}

function cliRules({ livekit: { cli } }: Config): RuleProblem[] {
  if (cli.source === "path" && cli.path === undefined) {
    const problem = "source: path also needs livekit.cli.path, the lk binary on this machine";
    return [{ paths: ["livekit.cli.source"], problem }];
  }
  if (cli.source !== "path" && cli.path !== undefined) {
    const problem = `is only used with livekit.cli.source: path, which is ${cli.source}`;
    return [{ paths: ["livekit.cli.path"], given: cli.path, problem }];
  }
  return [];
}

function loadRules(config: Config): RuleProblem[] {
  const { load } = config;
  const conflict = countConflict(load);
  if (conflict) {
    const named = conflict.counts.length === 0 ? ["participants"] : conflict.counts;
    return [{ paths: named.map((name) => `load.${name}`), problem: conflict.message }];
  }
  const hosts = hostCount(config);
  const times = load.per === "run" ? 1 : Math.max(1, hosts);
  const counts = resolveCounts(load);
  const total = counts.participants * times;
  const problems = cloudRules(config, counts, times);
  if (typeof load.rooms === "number" && load.rooms > total && (load.per === "run" || hosts > 0)) {
    problems.push({
      paths: ["load.rooms", "load.participants"],
      given: String(load.rooms),
      problem: `must be at most the number of participants, which is ${total}: each room needs one`,
    });
  }
  return problems;
}

/** Limits on windows that slide, where nothing would give figures for them. */
function thresholdRules(config: Config): RuleProblem[] {
  const { thresholds, livekit, probes, load } = config;
  return Object.entries(thresholds).flatMap(([metric, limit]): RuleProblem[] => {
    if (!limit || limit.forMs === undefined) return [];
    const paths = [`thresholds.${metric}`];
    if (limit.forMs > load.duration) {
      const problem = `needs a \`for\` of at most load.duration, which is ${formatDuration(load.duration)}`;
      return [{ paths: [...paths, "load.duration"], given: formatDuration(limit.forMs), problem }];
    }
    const from = slides(metric as ThresholdMetric);
    // The hosts themselves may read what they lose.
    if (from === "servers" && metric !== "loss" && livekit.metrics.length === 0 && !watchesPods(config)) {
      return [
        {
          paths,
          problem: "cannot be judged on windows that slide without livekit.metrics: it has no other source over time",
        },
      ];
    }
    if (from === "probes" && probes.perRoom === 0) {
      return [{ paths, problem: "cannot be judged without probes: set probes.perRoom, or --probes 1" }];
    }
    return [];
  });
}

function cloudRules({ livekit }: Config, counts: LoadCounts, times: number): RuleProblem[] {
  if (livekit.url === undefined || !/\.livekit\.cloud\.?$/i.test(new URL(livekit.url).hostname)) return [];
  return (["videoPublishers", "audioPublishers", "subscribers"] as const)
    .filter((role) => counts[role] * times > cloudLimit)
    .map((role) => ({
      paths: [`load.${role}`, "load.participants", "livekit.url"],
      problem:
        `${counts[role] * times} ${role} against LiveKit Cloud: its acceptable use policy allows load tests of at ` +
        `most ${cloudLimit} of each role, and lk refuses more; test a deployment of your own, or ask LiveKit`,
    }));
}

/** Hosts that are known before anything is created; 0 where there is no fleet yet. */
function hostCount({ fleet, openstack }: Pick<Config, "fleet" | "openstack">): number {
  if (fleet.kind === "openstack") return vmCount(openstack);
  return fleet.kind === "local" ? 1 : fleet.hosts.length;
}
