/**
 * The shape of `lkload.yaml`. The same shape holds after flags and environment are merged in.
 * Durations are written as `90s`, `5m`, `1h30m` or `500ms` and become milliseconds; secrets become {@link Secret}.
 */
import { z } from "zod";
import { durationSchema } from "./duration.ts";
import { intSchema } from "./integer.ts";
import { isLabelSelector } from "./label-selector.ts";
import { openstackSchema } from "./openstack.ts";
import { Secret } from "./secret.ts";
import { thresholdsSchema } from "./thresholds.ts";

const secretSchema = z
  .string()
  .min(1)
  .regex(/^[^\r\n]+$/, "one line of text")
  .transform((value) => new Secret(value));

/** Part of file names, VM names and room names: the strictest of their rules. */
const nameSchema = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, "lower-case letters, digits and dashes, at most 40 characters");

const portSchema = intSchema(1, 65_535);
const countSchema = intSchema(0, 1_000_000);
const httpUrlSchema = z.url({
  protocol: /^https?$/,
  error: "a URL with http or https, such as http://10.0.0.5:6789/metrics",
});
const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hex digits");

const livekitCliSchema = z.strictObject({
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, "a release number such as 2.18.2")
    .default("2.18.2")
    .describe("LiveKit CLI release to use on every host"),
  source: z
    .enum(["download", "push", "path"])
    .default("download")
    .describe(
      "download: each host fetches the release; push: this machine fetches it once and pushes it; path: push the binary at `path`",
    ),
  path: z.string().min(1).optional().describe("lk binary on this machine, for source: path"),
  sha256: z
    .strictObject({ amd64: sha256Schema.optional(), arm64: sha256Schema.optional() })
    .default({})
    .describe("expected SHA-256 of the lk binary itself, by architecture"),
  baseUrl: z
    .url({ protocol: /^https?$/, error: "a URL with http or https" })
    .default("https://github.com/livekit/livekit-cli/releases/download")
    .describe("where releases are downloaded from, for mirrors"),
});

const livekitSchema = z.strictObject({
  url: z
    .url({
      protocol: /^(wss?|https?)$/,
      error: "a URL with wss, ws, https or http, such as wss://livekit.example.com",
    })
    .optional()
    .describe("LiveKit server, wss://… or https://… (environment: LIVEKIT_URL)"),
  apiKey: z
    .string()
    .regex(/^\S+$/, "text without spaces")
    .optional()
    .describe("API key (environment: LIVEKIT_API_KEY)"),
  apiSecret: secretSchema.optional().describe("API secret; better in LIVEKIT_API_SECRET than in a file"),
  metrics: z
    .array(httpUrlSchema)
    .default([])
    .describe("Prometheus endpoints of the LiveKit servers, scraped every 10 s"),
  cli: livekitCliSchema.prefault({}),
});

const rateWords = "a number above 0, at most 1000";

const loadSchema = z.strictObject({
  scenario: z
    .string()
    .optional()
    .describe("a named scenario (see `lkload scenarios`); other keys override parts of it"),
  per: z
    .enum(["host", "run"])
    .default("host")
    .describe(
      "whether the counts below are for each host or for the whole run; `--participants` counts per host unless this is set in the file",
    ),
  participants: countSchema.optional().describe("publishers + subscribers (default 100)"),
  publishers: countSchema.optional().describe("publishing participants (default 10 % of participants)"),
  videoPublishers: countSchema.optional().describe("publishers with video (default half of the publishers)"),
  audioPublishers: countSchema.optional().describe("publishers with audio (default all publishers)"),
  subscribers: countSchema.optional().describe("participants that only subscribe (default the rest)"),
  rooms: z
    .union(
      [z.literal("per-host"), z.literal("shared"), intSchema(1, 10_000)],
      "per-host, shared or a whole number from 1 to 10000",
    )
    .default("per-host")
    .describe("one room per host, one room shared by all hosts, or this many rooms spread over the hosts"),
  roomPrefix: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,60}$/, "letters, digits, - and _, at most 60 characters")
    .default("load-test-room"),
  videoResolution: z.enum(["high", "medium", "low"]).default("high"),
  videoCodec: z.enum(["h264", "vp8"]).default("vp8").describe("pinned, so that two runs can be compared"),
  layout: z.enum(["speaker", "3x3", "4x4", "5x5"]).default("speaker"),
  simulcast: z.boolean().default(true),
  simulateSpeakers: z.boolean().default(false),
  numPerSecond: z
    .number(rateWords)
    .positive(rateWords)
    .max(1000, rateWords)
    .default(5)
    .describe("participants started per second by each lk process; lk itself caps this at 10"),
  duration: durationSchema({ minMs: 1000, maxMs: 24 * 3600_000 })
    .prefault("5m")
    .describe("how long the load is held after all participants have been started"),
  stagger: durationSchema({ minMs: 0, maxMs: 3600_000 })
    .prefault("0s")
    .describe("delay between the starts of two rooms"),
});

const sshSchema = z.strictObject({
  user: z.string().min(1).optional(),
  port: portSchema.optional(),
  identityFile: z.string().min(1).optional().describe("private key file (default: agent, then ~/.ssh/id_*)"),
  passphrase: secretSchema.optional().describe("of the key file (environment: LKLOAD_SSH_PASSPHRASE)"),
  agent: z.boolean().default(true).describe("use the agent at SSH_AUTH_SOCK"),
  proxyJump: z.string().min(1).optional().describe("user@host:port of a jump host"),
  knownHosts: z.string().min(1).default("~/.ssh/known_hosts"),
  configFile: z.string().min(1).default("~/.ssh/config").describe("OpenSSH client configuration to honour"),
  connectTimeout: durationSchema({ minMs: 1000, maxMs: 600_000 }).prefault("20s"),
  concurrency: intSchema(1, 1000).default(64).describe("hosts worked on at the same time"),
  hostKeys: z
    .enum(["console", "user-data"])
    .default("console")
    .describe(
      "of VMs made for a run. console: read from each VM's console log through the cloud's API; user-data: made here " +
        "and sent with the VM's configuration, for clouds without console output",
    ),
  become: z
    .enum(["auto", "sudo", "none"])
    .default("auto")
    .describe("root on the hosts: auto uses `sudo -n` where it works, sudo requires it, none never asks"),
});

const hostSchema = z.strictObject({
  name: nameSchema.optional().describe("default: made from the address"),
  address: z.string("[user@]host[:port]").min(1).describe("[user@]host[:port]"),
  user: z.string().min(1).optional(),
  port: portSchema.optional(),
  hostKey: z.string().min(1).optional().describe("pinned SSH host key, as `ssh-ed25519 AAAA…` or `SHA256:…`"),
  identityFile: z.string().min(1).optional(),
  proxyJump: z.string().min(1).optional(),
});

const fleetSchema = z.strictObject({
  kind: z
    .enum(["hosts", "local", "openstack"])
    .optional()
    .describe("default: hosts when `hosts` is given, openstack when `openstack.vms` or `openstack.clouds` is"),
  hosts: z
    .array(z.union([z.string().min(1), hostSchema], "user@address:port, or a map with an address"))
    .default([])
    .describe("machines that generate load, over SSH"),
  minHosts: intSchema(1, 10_000)
    .optional()
    .describe("go on with at least this many usable hosts (default: all of them are needed)"),
});

const tuningSchema = z.strictObject({
  enabled: z.boolean().default(true).describe("tune kernels for load; borrowed hosts are restored afterwards"),
  sysctl: z
    .record(
      z.string().regex(/^[a-z0-9_]+(\.[A-Za-z0-9_*-]+)+$/, "named as in net.core.rmem_max"),
      z.union([z.string(), z.int()], "a number or text").transform(String),
    )
    .default({})
    .describe("further sysctls, or other values for lkload's own"),
});

const playbooksSchema = z.strictObject({
  before: z.array(z.string().min(1)).default([]).describe("bash scripts run on each host before lkload's own"),
  after: z.array(z.string().min(1)).default([]).describe("bash scripts run on each host after lkload's own"),
});

const selectorWords = "a label selector, as kubectl -l takes it";
const selectorSchema = z.string(selectorWords).min(1, selectorWords).refine(isLabelSelector, selectorWords);

const kubernetesSchema = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe("watch the cluster that LiveKit runs in (default: when `kubeconfig` or `context` is given)"),
  kubeconfig: z.string().min(1).optional().describe("default: $KUBECONFIG, ~/.kube/config, then the pod's own account"),
  context: z.string().min(1).optional().describe("default: the kubeconfig's current one"),
  namespace: z.string().min(1).optional().describe("where LiveKit runs (default: the context's own, else `default`)"),
  selectors: z
    .strictObject({
      server: selectorSchema.default("app.kubernetes.io/name=livekit-server"),
      ingress: selectorSchema.default("app.kubernetes.io/name=ingress"),
      egress: selectorSchema.default("app.kubernetes.io/name=egress"),
    })
    .prefault({})
    .describe("label selectors of the pods; Deployments and HPAs are found through them"),
  podMetrics: z
    .strictObject({
      enabled: z
        .boolean()
        .optional()
        .describe("scrape each server pod through the API server (default: when `livekit.metrics` is empty)"),
      port: portSchema.optional().describe("default: the container port named `metrics`"),
      path: z.string("a path such as /metrics").regex(/^\//, "a path such as /metrics").default("/metrics"),
    })
    .prefault({})
    .describe("Prometheus metrics of the LiveKit server pods"),
  required: z
    .boolean()
    .default(false)
    .describe(
      "end the run before its load when the cluster cannot be watched in full; make it invalid when it answered less than 90% of the polls",
    ),
});

const probeRoomsWords = "a share such as 20%, or a number of rooms";
const probesSchema = z.strictObject({
  perRoom: intSchema(0, 10)
    .default(0)
    .describe(
      "subscriber probes in each of these rooms, beside one that publishes: real libwebrtc clients on this machine",
    ),
  rooms: z
    .union([z.string().regex(/^(100|[1-9]?\d)(\.\d+)?%$/, probeRoomsWords), intSchema(1, 10_000)], probeRoomsWords)
    .default("100%")
    .describe("in which share or number of the rooms"),
  interval: durationSchema({ minMs: 500, maxMs: 3600_000 })
    .prefault("2s")
    .describe("between two joins of one probe: p99 needs 100 joins in the steady window"),
});

const runSchema = z.strictObject({
  dir: z.string().min(1).default(".lkload").describe("where run folders are kept"),
  deadMan: durationSchema({ minMs: 30_000, maxMs: 3600_000 })
    .prefault("180s")
    .describe("hosts stop their load when they have not heard from lkload for this long"),
  lead: durationSchema({ minMs: 1000, maxMs: 600_000 })
    .prefault("5s")
    .describe("from arming the hosts to the common start"),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1).default(1),
  name: nameSchema.default("lkload").describe("prefix of everything a run creates"),
  livekit: livekitSchema.prefault({}),
  load: loadSchema.prefault({}),
  fleet: fleetSchema.prefault({}),
  openstack: openstackSchema.prefault({}),
  ssh: sshSchema.prefault({}),
  tuning: tuningSchema.prefault({}),
  playbooks: playbooksSchema.prefault({}),
  thresholds: thresholdsSchema.prefault({}),
  kubernetes: kubernetesSchema.prefault({}),
  probes: probesSchema.prefault({}),
  run: runSchema.prefault({}),
});

/** The resolved configuration: defaults filled in, durations in ms, secrets wrapped. */
export type Config = z.output<typeof configSchema>;
/** What a user may write. */
export type ConfigInput = z.input<typeof configSchema>;
export type LoadConfig = Config["load"];
export type OpenstackConfig = Config["openstack"];
export type HostEntry = Config["fleet"]["hosts"][number];
