/** The parts of Kubernetes' objects that lkload reads. Everything may be missing: versions and CRDs differ. */

export type Metadata = {
  name?: string;
  namespace?: string;
  uid?: string;
  labels?: Record<string, string>;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  resourceVersion?: string;
};

export type ApiCondition = {
  type?: string;
  status?: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string | null;
};

type Resources = { cpu?: string; memory?: string };

type MetricValue = { averageUtilization?: number; averageValue?: string; value?: string };
type MetricSource = {
  name?: string;
  metric?: { name?: string };
  target?: MetricValue & { type?: string };
  current?: MetricValue;
};

/** autoscaling/v2: the source stands under a key named after the type, such as `resource` for `Resource`. */
export type ApiMetric = { type?: string } & Partial<
  Record<"resource" | "containerResource" | "pods" | "object" | "external", MetricSource>
>;

export type ApiHpa = {
  metadata?: Metadata;
  spec?: {
    scaleTargetRef?: { kind?: string; name?: string };
    minReplicas?: number;
    maxReplicas?: number;
    metrics?: ApiMetric[];
  };
  status?: {
    currentReplicas?: number;
    desiredReplicas?: number;
    lastScaleTime?: string;
    currentMetrics?: ApiMetric[] | null;
    conditions?: ApiCondition[];
  };
};

export type ApiDeployment = {
  metadata?: Metadata;
  spec?: { replicas?: number; template?: { metadata?: Metadata } };
  status?: { readyReplicas?: number; availableReplicas?: number };
};

type ContainerState = {
  waiting?: { reason?: string; message?: string };
  terminated?: { reason?: string; exitCode?: number; finishedAt?: string };
};

export type ApiContainer = {
  name?: string;
  /** `Always` makes an init container one that goes on beside the others. */
  restartPolicy?: string;
  resources?: { requests?: Resources; limits?: Resources };
  ports?: { name?: string; containerPort?: number }[];
};

export type ApiPod = {
  metadata?: Metadata;
  spec?: {
    nodeName?: string;
    containers?: ApiContainer[];
    initContainers?: ApiContainer[];
    /** Of the whole pod (from 1.34 on): what the containers state then does not bound it. */
    resources?: { limits?: Resources };
  };
  status?: {
    phase?: string;
    reason?: string;
    podIP?: string;
    conditions?: ApiCondition[];
    containerStatuses?: {
      name?: string;
      restartCount?: number;
      state?: ContainerState;
      lastState?: ContainerState;
    }[];
  };
};

export type ApiNode = {
  metadata?: Metadata;
  spec?: { unschedulable?: boolean };
  status?: { allocatable?: Resources; conditions?: ApiCondition[] };
};

export type ApiNodeMetrics = { metadata?: Metadata; timestamp?: string; window?: string; usage?: Resources };
export type ApiPodMetrics = {
  metadata?: Metadata;
  timestamp?: string;
  window?: string;
  containers?: { usage?: Resources }[];
};

export type ApiEvent = {
  metadata?: Metadata;
  involvedObject?: { kind?: string; name?: string };
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { count?: number; lastObservedTime?: string } | null;
};

/** Epoch ms; null for what is missing or no time. */
export function timeMs(text: string | null | undefined): number | null {
  const ms = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
