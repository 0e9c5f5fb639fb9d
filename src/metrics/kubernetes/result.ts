/**
 * `kubernetes` in `result.json`: what the cluster did during the run. Null there: no cluster was watched.
 * Times `…AtMs` of polls are epoch ms by the controller's clock, those of decisions, pods and nodes by the cluster's.
 * A figure without a measurement is null, with the reason beside it. The source of a number stands beside it, or on
 * the nearest object around it that has one.
 */
import { z } from "zod";
import { accessProblemSchema, componentSchema, partNames } from "./lines.ts";

const finite = z.number();
const count = z.int().min(0);

/** Who measured it: the HPA's status, metrics-server, other objects of the API, or its events. */
export const kubernetesSources = ["hpa status", "metrics-server", "kubernetes api", "kubernetes events"] as const;
const sourceSchema = z.enum(kubernetesSources);

const rangeSchema = z.strictObject({ fromMs: finite, toMs: finite });

/** Peak and mean over the window, of `n` distinct measurements. */
const figureSchema = z.strictObject({
  source: sourceSchema,
  unit: z.enum(["%", "cores", "bytes", ""]),
  n: count,
  peak: finite.nullable(),
  peakAtMs: finite.nullable(),
  mean: finite.nullable(),
  /** Why there is no figure; null when there is one. */
  reason: z.string().nullable(),
});

const hpaMetricSchema = figureSchema.extend({ name: z.string(), target: finite.nullable() });

/** One change of size that an HPA decided on. */
const decisionSchema = z.strictObject({
  atMs: finite,
  /** `kubernetes events`: when it was decided, to the second; `hpa status`: seen between two polls. */
  source: sourceSchema,
  from: count.nullable(),
  to: count,
  why: z.string(),
  /** The change of load before it, and how long after that it was decided. */
  loadStepAtMs: finite.nullable(),
  sinceLoadStepMs: finite.nullable(),
  /** When the last pod that it asked for was Ready; null with the reason. */
  readyAtMs: finite.nullable(),
  readyAfterMs: finite.nullable(),
  readyReason: z.string().nullable(),
});

const hpaSchema = z.strictObject({
  /** Of what has none of its own: limits, replicas, conditions. */
  source: sourceSchema,
  name: z.string(),
  component: componentSchema.nullable(),
  target: z.string(),
  min: count,
  max: count,
  metrics: z.array(hpaMetricSchema),
  replicas: z.strictObject({
    first: count.nullable(),
    least: count.nullable(),
    most: count.nullable(),
    last: count.nullable(),
  }),
  /** What is left to scale to at its most: max - most. */
  headroom: count.nullable(),
  decisions: z.array(decisionSchema),
  /** How its conditions stood over time, decoded. */
  conditions: z.array(
    z.strictObject({
      type: z.string(),
      status: z.string(),
      reason: z.string(),
      meaning: z.string(),
      /** First and last poll that showed it. */
      ...rangeSchema.shape,
      polls: count,
    }),
  ),
});

/** How evenly something is spread over pods: ratio = max / mean, 1 is even; Gini 0 is even, near 1 all on one. */
export const balanceSchema = z.strictObject({
  source: z.string(),
  unit: z.string(),
  pods: count,
  mean: finite,
  max: finite,
  maxName: z.string(),
  ratio: finite.nullable(),
  gini: finite.nullable(),
});

const podUseSchema = z.strictObject({
  source: sourceSchema,
  /** Highest of all pods that have a limit, percent of it. From about 100 % on the kernel holds the pod back. */
  maxPercent: finite.nullable(),
  pod: z.string().nullable(),
  atMs: finite.nullable(),
  /** Cores that this pod may use. */
  limit: finite.nullable(),
  n: count,
  reason: z.string().nullable(),
});

const componentResultSchema = z.strictObject({
  component: componentSchema,
  /** Deployments that run it. */
  deployments: z.array(z.string()),
  ready: z.strictObject({
    source: sourceSchema,
    least: count.nullable(),
    most: count.nullable(),
    last: count.nullable(),
  }),
  /** Σ usage / Σ requests over the pods that had a fresh sample, as the HPA reckons; unit `%`. */
  cpu: figureSchema,
  memory: figureSchema,
  /** The pod that came nearest to its own CPU limit. Null: an earlier version's result. */
  cpuOfLimit: podUseSchema.nullable().default(null),
  /** Each pod's mean over the window. Null below two pods with samples. */
  cpuBalance: balanceSchema.nullable(),
  memoryBalance: balanceSchema.nullable(),
  /** All rooms that the pods had by their own gauges, also others than the run's. */
  roomBalance: balanceSchema.nullable().default(null),
  /** The run's participants, by the pods that their rooms lived on. */
  participantBalance: balanceSchema.nullable().default(null),
});

const podEndSchema = z.strictObject({
  pod: z.string(),
  component: componentSchema,
  node: z.string().nullable(),
  container: z.string(),
  atMs: finite,
  reason: z.string(),
  exitCode: z.int(),
});

const podTimeSchema = z.strictObject({
  pod: z.string(),
  component: componentSchema,
  node: z.string().nullable(),
  fromMs: finite,
  /** Null: until the last poll. */
  toMs: finite.nullable(),
  reason: z.string().nullable(),
});

const nodeUseSchema = z.strictObject({
  source: sourceSchema,
  /** Highest of all nodes, percent of allocatable. */
  maxPercent: finite.nullable(),
  node: z.string().nullable(),
  atMs: finite.nullable(),
  /** What was left on that node then: cores or bytes. */
  headroom: finite.nullable(),
  n: count,
  reason: z.string().nullable(),
});

const pollShareSchema = z.strictObject({ part: count, whole: count, value: finite, source: sourceSchema });

export const kubernetesResultSchema = z.strictObject({
  context: z.string().nullable(),
  server: z.string().nullable(),
  namespace: z.string(),
  version: z.string().nullable(),
  /** What lkload could not read, found before the run. */
  problems: z.array(accessProblemSchema),
  /** The figures' window: the steady one, or the whole load where there is none. */
  window: rangeSchema.extend({ kind: z.enum(["steady", "load"]) }),
  coverage: z.strictObject({
    source: sourceSchema,
    intervalMs: finite,
    /** Polls that the load should have had, and those that were made. */
    polls: pollShareSchema.nullable(),
    /** Of all that those polls should have asked, each kind of object by itself, what was answered. */
    answers: pollShareSchema.nullable(),
    parts: z.array(
      z.strictObject({
        part: z.enum(partNames),
        answered: count,
        asked: count,
        lastError: z.string().nullable(),
      }),
    ),
    /** Kinds of objects that were answered too seldom for figures of them to be worth much, in words. */
    lacking: z.array(z.string()).default([]),
    /** Times without an answer: from the last good poll before to the first good one after. */
    gaps: z.array(
      z.strictObject({
        part: z.enum([...partNames, "events"]),
        fromMs: finite,
        /** Null: to the end. */
        toMs: finite.nullable(),
        reason: z.string(),
      }),
    ),
  }),
  hpas: z.array(hpaSchema),
  components: z.array(componentResultSchema),
  pods: z.strictObject({
    source: sourceSchema,
    seen: count.nullable(),
    pending: z.array(podTimeSchema),
    terminating: z.array(podTimeSchema),
    evicted: z.array(podTimeSchema),
    /** Containers that ended during the run. Of several ends between two polls only the last one's reason is known. */
    ends: z.array(podEndSchema),
    restarts: count.nullable(),
    oomKills: count.nullable(),
    /** Why the counts are null. */
    reason: z.string().nullable(),
  }),
  nodes: z.strictObject({
    source: sourceSchema,
    seen: count.nullable(),
    cpu: nodeUseSchema,
    memory: nodeUseSchema,
    /** Not Ready, unknown or under pressure. */
    troubles: z.array(z.strictObject({ node: z.string(), what: z.string(), fromMs: finite, toMs: finite.nullable() })),
  }),
  /** Warnings, and what HPAs did; equal ones told once with their count. */
  events: z.array(
    z.strictObject({
      source: sourceSchema,
      atMs: finite,
      type: z.string(),
      reason: z.string(),
      object: z.string(),
      message: z.string(),
      count,
    }),
  ),
  /** What this API cannot tell. */
  notMeasured: z.array(z.string()),
});

export type KubernetesResult = z.infer<typeof kubernetesResultSchema>;
export type HpaResult = KubernetesResult["hpas"][number];
export type PodUse = z.infer<typeof podUseSchema>;
export type Decision = HpaResult["decisions"][number];
export type ComponentResult = KubernetesResult["components"][number];
export type Balance = z.infer<typeof balanceSchema>;
export type KubernetesFigure = z.infer<typeof figureSchema>;
