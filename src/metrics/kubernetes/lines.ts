/**
 * The lines of `observe/kubernetes.ndjson`: what the cluster's API said, trimmed to what the analysis uses.
 * Times `…AtMs` are epoch ms: `polledAtMs`, `seenAtMs` and `checkedAtMs` by the controller's clock, all others by the
 * cluster's. A figure that the API did not give is null, never 0; a part that could not be read has its error instead.
 */
import { z } from "zod";

const finite = z.number();
const count = z.int().min(0);
const versioned = { schema: z.literal("lkload/kubernetes"), version: z.literal(1) };

export const componentSchema = z.enum(["server", "ingress", "egress"]);

export const conditionSchema = z.strictObject({
  type: z.string(),
  status: z.string(),
  reason: z.string(),
  message: z.string(),
  sinceMs: finite.nullable(),
});

/** Cores and bytes. */
const resourcesSchema = z.strictObject({ cpuCores: finite.nullable(), memoryBytes: finite.nullable() });

export const hpaSampleSchema = z.strictObject({
  name: z.string(),
  component: componentSchema.nullable(),
  /** The name of the Deployment that it scales. */
  target: z.string(),
  min: count,
  max: count,
  /** The target's spec.replicas as the HPA's controller saw it: not how many pods are Ready. */
  currentReplicas: count.nullable(),
  desiredReplicas: count.nullable(),
  lastScaleAtMs: finite.nullable(),
  metrics: z.array(
    z.strictObject({
      /** `cpu`, `memory` or what another kind of metric is called. */
      name: z.string(),
      /** `%` of the requests, `cores`, `bytes`, or empty for a metric of no known unit. */
      unit: z.enum(["%", "cores", "bytes", ""]),
      target: finite.nullable(),
      /** Null: the controller had no figure. */
      current: finite.nullable(),
    }),
  ),
  conditions: z.array(conditionSchema),
});

export const deploymentSampleSchema = z.strictObject({
  name: z.string(),
  component: componentSchema.nullable(),
  replicas: count.nullable(),
  ready: count,
  available: count,
});

export const podSampleSchema = z.strictObject({
  name: z.string(),
  uid: z.string(),
  component: componentSchema,
  node: z.string().nullable(),
  ip: z.string().nullable(),
  phase: z.string(),
  /** `Evicted` and the like. */
  reason: z.string().nullable(),
  createdAtMs: finite.nullable(),
  ready: z.boolean(),
  /** When the condition Ready last changed. */
  readySinceMs: finite.nullable(),
  /** The pod is being deleted: when its grace period ends. */
  deletionAtMs: finite.nullable(),
  /** Why it is not running yet, such as `Unschedulable: 0/17 nodes are available …`. */
  waiting: z.string().nullable(),
  requests: resourcesSchema,
  /** Null: nothing bounds it. Runs of earlier versions do not have them. */
  limits: resourcesSchema.default({ cpuCores: null, memoryBytes: null }),
  /** Of the container port named `metrics`; null: there is none. */
  metricsPort: z.int().nullable().default(null),
  containers: z.array(
    z.strictObject({
      name: z.string(),
      restarts: count,
      /** How its present or its previous life ended. */
      terminated: z.strictObject({ reason: z.string(), exitCode: z.int(), finishedAtMs: finite.nullable() }).nullable(),
    }),
  ),
});

export const nodeSampleSchema = z.strictObject({
  name: z.string(),
  ready: z.enum(["True", "False", "Unknown"]),
  readySinceMs: finite.nullable(),
  readyReason: z.string().nullable(),
  /** Conditions such as MemoryPressure that are True. */
  pressures: z.array(z.string()),
  unschedulable: z.boolean(),
  allocatable: resourcesSchema,
});

/** One metrics.k8s.io sample: usage over `windowMs` up to `timestampMs`. */
export const usageSampleSchema = z.strictObject({
  name: z.string(),
  timestampMs: finite,
  windowMs: finite.nullable(),
  cpuCores: finite.nullable(),
  memoryBytes: finite.nullable(),
});

export const partErrorSchema = z.strictObject({
  /** Null: there was no answer. */
  status: z.int().nullable(),
  text: z.string(),
});

/** What was read of one kind, or why it was not. */
const part = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item).nullable(), error: partErrorSchema.nullable() });

export const snapshotSchema = z.strictObject({
  ...versioned,
  kind: z.literal("snapshot"),
  polledAtMs: finite,
  tookMs: finite,
  hpas: part(hpaSampleSchema),
  deployments: part(deploymentSampleSchema),
  pods: part(podSampleSchema),
  podMetrics: part(usageSampleSchema),
  nodes: part(nodeSampleSchema),
  nodeMetrics: part(usageSampleSchema),
});

export const eventLineSchema = z.strictObject({
  ...versioned,
  kind: z.literal("event"),
  seenAtMs: finite,
  uid: z.string(),
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  object: z.strictObject({ kind: z.string(), name: z.string() }),
  /** How often it happened up to `lastAtMs`: equal events are told as one with a count. */
  count,
  firstAtMs: finite.nullable(),
  lastAtMs: finite.nullable(),
});

/** Whether events are being received: what happens while they are not may be missed. */
export const watchLineSchema = z.strictObject({
  ...versioned,
  kind: z.literal("watch"),
  namespace: z.string(),
  atMs: finite,
  state: z.enum(["listening", "lost"]),
  error: z.string().nullable(),
});

export const accessProblemSchema = z.strictObject({
  kind: z.enum([
    "context",
    "unreachable",
    "credentials",
    "right",
    "metrics",
    "pod-metrics",
    "namespace",
    "selector",
    "check",
  ]),
  text: z.string(),
  hint: z.string(),
});

/** What lkload may read in the cluster, checked before the run. */
export const accessLineSchema = z.strictObject({
  ...versioned,
  kind: z.literal("access"),
  checkedAtMs: finite,
  context: z.string().nullable(),
  server: z.string().nullable(),
  namespace: z.string(),
  kubernetesVersion: z.string().nullable(),
  /** `metrics.k8s.io` version; null: it cannot be read. */
  metricsVersion: z.string().nullable(),
  intervalMs: finite,
  problems: z.array(accessProblemSchema),
});

export const kubernetesLineSchema = z.discriminatedUnion("kind", [
  snapshotSchema,
  eventLineSchema,
  watchLineSchema,
  accessLineSchema,
]);

export type Component = z.infer<typeof componentSchema>;
export type HpaSample = z.infer<typeof hpaSampleSchema>;
export type HpaMetric = HpaSample["metrics"][number];
export type Condition = z.infer<typeof conditionSchema>;
export type DeploymentSample = z.infer<typeof deploymentSampleSchema>;
export type PodSample = z.infer<typeof podSampleSchema>;
export type NodeSample = z.infer<typeof nodeSampleSchema>;
export type UsageSample = z.infer<typeof usageSampleSchema>;
export type PartError = z.infer<typeof partErrorSchema>;
export type Snapshot = z.infer<typeof snapshotSchema>;
export type EventLine = z.infer<typeof eventLineSchema>;
export type WatchLine = z.infer<typeof watchLineSchema>;
export type AccessLine = z.infer<typeof accessLineSchema>;
export type AccessProblem = z.infer<typeof accessProblemSchema>;
export type KubernetesLine = z.infer<typeof kubernetesLineSchema>;

/** Parts of a snapshot, each read by itself. */
export const partNames = ["hpas", "deployments", "pods", "podMetrics", "nodes", "nodeMetrics"] as const;
export type PartName = (typeof partNames)[number];
