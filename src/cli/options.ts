/** Every option of every command, as data: what it is called, what it sets, what help says. */
import type { FlagValues } from "../config/flags.ts";

/** What a command gets: its own arguments and options, and the flags that override the configuration. */
export type Invocation = {
  readonly args: readonly string[];
  /** By their camel-case names: `--run-id r1` is `runId: "r1"`, `--json` is `json: true`. Absent if not given. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly flags: FlagValues;
};

/** How the text of an option becomes a value of the configuration. */
export type FlagReading =
  | "text"
  /** A number where it looks like one; anything else stays text, for the schema to refuse. */
  | "number"
  /** `a,b,c` */
  | "list"
  /** `metric<=value`, below the path. */
  | "threshold"
  /** The option has no value: this one is set. */
  | { readonly constant: unknown };

export type OptionGroup = "Target" | "Fleet" | "Load" | "Run" | "Options";

export type OptionDefinition = {
  /** `--participants` */
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in help; absent for options without one. */
  readonly value?: string;
  readonly repeatable?: true;
  readonly description: string;
  readonly group: OptionGroup;
  /** The configuration's setting that it overrides. */
  readonly sets?: { readonly path: readonly string[]; readonly as: FlagReading };
  /** Allowed values of an option that is not a setting. */
  readonly oneOf?: readonly string[];
  /** An option that must not exist, with the reason: not in help. */
  readonly refused?: string;
};

const load = (setting: string, as: FlagReading = "number") => ({ path: ["load", setting], as }) as const;

const target: readonly OptionDefinition[] = [
  {
    name: "--url",
    value: "URL",
    description: "LiveKit server, wss://… (or LIVEKIT_URL)",
    group: "Target",
    sets: { path: ["livekit", "url"], as: "text" },
  },
  {
    name: "--api-key",
    value: "KEY",
    description: "API key (or LIVEKIT_API_KEY); the secret only by LIVEKIT_API_SECRET",
    group: "Target",
    sets: { path: ["livekit", "apiKey"], as: "text" },
  },
  {
    name: "--api-secret",
    value: "SECRET",
    description: "",
    group: "Target",
    refused: "secrets never stand in arguments, where every user of the machine sees them: set LIVEKIT_API_SECRET",
  },
  {
    name: "--metrics",
    value: "URL",
    repeatable: true,
    description: "Prometheus endpoint of a LiveKit server; may be repeated",
    group: "Target",
    sets: { path: ["livekit", "metrics"], as: "list" },
  },
];

const fleet: readonly OptionDefinition[] = [
  {
    name: "--hosts",
    value: "LIST",
    description: "machines that generate load: user@address:port,…",
    group: "Fleet",
    sets: { path: ["fleet", "hosts"], as: "list" },
  },
  {
    name: "--local",
    description: "generate load on this machine",
    group: "Fleet",
    sets: { path: ["fleet", "kind"], as: { constant: "local" } },
  },
  {
    name: "--vms",
    value: "N",
    description: "make N VMs on OpenStack for the run, and destroy them after it",
    group: "Fleet",
    sets: { path: ["openstack", "vms"], as: "number" },
  },
  {
    name: "--flavor",
    value: "NAME",
    description: "flavor of the VMs (default c1.large)",
    group: "Fleet",
    sets: { path: ["openstack", "flavor"], as: "text" },
  },
  {
    name: "--image",
    value: "NAME",
    description: "image of the VMs (default the latest Ubuntu 24.04)",
    group: "Fleet",
    sets: { path: ["openstack", "image"], as: "text" },
  },
  {
    name: "--cloud",
    value: "NAME",
    description: "entry of clouds.yaml (default OS_CLOUD, else OS_* variables)",
    group: "Fleet",
    sets: { path: ["openstack", "cloud"], as: "text" },
  },
  {
    name: "--region",
    value: "NAME",
    description: "region of the cloud (default the cloud's own)",
    group: "Fleet",
    sets: { path: ["openstack", "region"], as: "text" },
  },
  {
    name: "--network-mode",
    value: "MODE",
    description: "external (default), existing, managed, bastion",
    group: "Fleet",
    sets: { path: ["openstack", "network", "mode"], as: "text" },
  },
  {
    name: "--network",
    value: "NAME",
    description: "network of the VMs (default Ext-Net, in mode external)",
    group: "Fleet",
    sets: { path: ["openstack", "network", "name"], as: "text" },
  },
  {
    name: "--floating-ip-pool",
    value: "NAME",
    description: "external network that floating IPs are taken from",
    group: "Fleet",
    sets: { path: ["openstack", "network", "floatingIpPool"], as: "text" },
  },
  {
    name: "--ssh-from",
    value: "CIDRS",
    description: "where SSH to the VMs is allowed from (default this machine)",
    group: "Fleet",
    sets: { path: ["openstack", "sshFrom"], as: "list" },
  },
  {
    name: "--terraform-bin",
    value: "PATH",
    description: "terraform or tofu (default whichever is on PATH)",
    group: "Fleet",
    sets: { path: ["openstack", "terraform", "bin"], as: "text" },
  },
  {
    name: "--min-hosts",
    value: "N",
    description: "go on with at least N usable hosts (default: all are needed)",
    group: "Fleet",
    sets: { path: ["fleet", "minHosts"], as: "number" },
  },
  {
    name: "--min-vms",
    value: "N",
    description: "go on with at least N usable VMs (default: all are needed)",
    group: "Fleet",
    sets: { path: ["fleet", "minHosts"], as: "number" },
  },
  {
    name: "--no-tuning",
    description: "leave the hosts' kernel settings as they are",
    group: "Fleet",
    sets: { path: ["tuning", "enabled"], as: { constant: false } },
  },
];

const loadOptions: readonly OptionDefinition[] = [
  {
    name: "--scenario",
    value: "NAME",
    description: "a named load: see `lkload scenarios`",
    group: "Load",
    sets: load("scenario", "text"),
  },
  {
    name: "--participants",
    value: "N",
    description: "participants per host: 10 hosts × 100 = 1,000 (default 100)",
    group: "Load",
    sets: load("participants"),
  },
  {
    name: "--publishers",
    value: "N",
    description: "publishing participants (default 10 %)",
    group: "Load",
    sets: load("publishers"),
  },
  {
    name: "--video-publishers",
    value: "N",
    description: "publishers with video (default half of them)",
    group: "Load",
    sets: load("videoPublishers"),
  },
  {
    name: "--audio-publishers",
    value: "N",
    description: "publishers with audio (default all of them)",
    group: "Load",
    sets: load("audioPublishers"),
  },
  {
    name: "--subscribers",
    value: "N",
    description: "participants that only subscribe (default the rest)",
    group: "Load",
    sets: load("subscribers"),
  },
  {
    name: "--rooms",
    value: "N",
    description: "per-host (default), shared, or a number spread over the hosts",
    group: "Load",
    sets: load("rooms"),
  },
  {
    name: "--room-prefix",
    value: "TEXT",
    description: "start of the rooms' names (default load-test-room)",
    group: "Load",
    sets: load("roomPrefix", "text"),
  },
  {
    name: "--video-resolution",
    value: "R",
    description: "high (default), medium, low",
    group: "Load",
    sets: load("videoResolution", "text"),
  },
  {
    name: "--video-codec",
    value: "C",
    description: "vp8 (default), h264",
    group: "Load",
    sets: load("videoCodec", "text"),
  },
  {
    name: "--layout",
    value: "L",
    description: "speaker (default), 3x3, 4x4, 5x5",
    group: "Load",
    sets: load("layout", "text"),
  },
  {
    name: "--no-simulcast",
    description: "publish video in one layer",
    group: "Load",
    sets: load("simulcast", { constant: false }),
  },
  {
    name: "--simulate-speakers",
    description: "let publishers take turns in speaking",
    group: "Load",
    sets: load("simulateSpeakers", { constant: true }),
  },
  {
    name: "--num-per-second",
    value: "N",
    description: "participants started per second by each lk process (default 5)",
    group: "Load",
    sets: load("numPerSecond"),
  },
  {
    name: "--duration",
    value: "TIME",
    description: "how long the full load is held (default 5m)",
    group: "Load",
    sets: load("duration", "text"),
  },
  {
    name: "--probes",
    value: "N",
    description: "subscriber probes per room: real clients on this machine (default 0)",
    group: "Load",
    sets: { path: ["probes", "perRoom"], as: "number" },
  },
  {
    name: "--stagger",
    value: "TIME",
    description: "delay between the starts of two rooms (default 0s)",
    group: "Load",
    sets: load("stagger", "text"),
  },
];

const configFile: OptionDefinition = {
  name: "--config",
  short: "-c",
  value: "FILE",
  description: "configuration (default lkload.yaml, where there is one)",
  group: "Run",
};

const runDir: OptionDefinition = {
  name: "--run-dir",
  value: "DIR",
  description: "where run folders are kept (default .lkload)",
  group: "Run",
  sets: { path: ["run", "dir"], as: "text" },
};

const runOptions: readonly OptionDefinition[] = [
  configFile,
  {
    name: "--threshold",
    value: "LIMIT",
    repeatable: true,
    description: 'a limit to be judged, such as "loss<=2%"; may be repeated',
    group: "Run",
    sets: { path: ["thresholds"], as: "threshold" },
  },
  {
    name: "--name",
    value: "NAME",
    description: "prefix of everything that the run creates (default lkload)",
    group: "Run",
    sets: { path: ["name"], as: "text" },
  },
  runDir,
];

/** For commands that work with the whole configuration. */
export const configOptions: readonly OptionDefinition[] = [...target, ...fleet, ...loadOptions, ...runOptions];

/** For commands that look at earlier runs. */
export const folderOptions: readonly OptionDefinition[] = [configFile, runDir];

export const keepOption: OptionDefinition = {
  name: "--keep",
  description: "do not destroy at the end; `lkload destroy RUN` does it later",
  group: "Run",
};

export const checkOption: OptionDefinition = {
  name: "--check",
  description: "ask the cloud for the flavor, image, networks and quota that the plan needs",
  group: "Run",
};

export const runIdOption: OptionDefinition = {
  name: "--run-id",
  value: "ID",
  description: "name of the run (default: date and random letters)",
  group: "Run",
};

export const allOption: OptionDefinition = {
  name: "--all",
  description: "everything that any earlier run still owns",
  group: "Options",
};

export const forceOption: OptionDefinition = {
  name: "--force",
  description: "replace the file if there is one",
  group: "Options",
};

export const formatOption: OptionDefinition = {
  name: "--format",
  value: "FORMAT",
  description: "text (default), html, md, junit, json, csv",
  group: "Options",
  oneOf: ["text", "html", "md", "junit", "json", "csv"],
};

export const outOption: OptionDefinition = {
  name: "--out",
  value: "FILE",
  description: "write to a file (default: standard output)",
  group: "Options",
};

export const outDirOption: OptionDefinition = {
  name: "--out",
  value: "DIR",
  description: "folder to write to (default lkload-stack)",
  group: "Options",
};

export function jsonOption(description: string): OptionDefinition {
  return { name: "--json", description, group: "Options" };
}

const gcOption = (name: string, description: string, value?: string): OptionDefinition => ({
  name,
  ...(value === undefined ? {} : { value }),
  description,
  group: "Options",
});

export const gcOptions: readonly OptionDefinition[] = [
  gcOption("--expired", "runs whose time is over"),
  gcOption("--older-than", "runs that were begun longer ago, such as 12h; beside --expired both must hold", "TIME"),
  gcOption("--all", "everything that any run has there, those in progress too"),
  gcOption("--dry-run", "only show what would be deleted (default)"),
  gcOption("--yes", "delete it"),
  gcOption("--cloud", "an entry of clouds.yaml (default OS_CLOUD, else the OS_* variables)", "NAME"),
  gcOption("--region", "only this one (default: the one that is configured, else all)", "NAME"),
];
