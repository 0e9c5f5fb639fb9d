/** What the stack is made from: plain data, so that a plan can keep it. Nothing in it is secret. */
import { runName, type RunMarks } from "../src/fleet/openstack/marks.ts";

export type NetworkRef = { name: string } | { id: string };

/** A network made for the run, behind a router made for the run. */
export type ManagedNetwork = {
  /** IPv4, with room for all VMs. */
  cidr: string;
  /** Name servers that DHCP hands out; none: the cloud's own. */
  dnsServers: readonly string[];
  /** A subnet pool to take an IPv6 prefix from; null: no IPv6. */
  ipv6SubnetPoolId: string | null;
};

export type NetworkSpec =
  /** VMs directly on a provider network: each has an address that is reached from outside. */
  | { mode: "external"; network: NetworkRef }
  /** A tenant network that is there, and a floating IP per VM. */
  | { mode: "existing"; network: NetworkRef; floatingIpPool: string }
  /** Network, subnet, router and a floating IP per VM, all made for the run. */
  | ({ mode: "managed"; floatingIpPool: string } & ManagedNetwork)
  /** The first VM has the one floating IP; the others are reached through it. */
  | { mode: "bastion"; floatingIpPool: string; network: NetworkRef | ManagedNetwork };

export type LoadGeneratorsSpec = {
  marks: RunMarks;
  /** `cloud`: an entry of clouds.yaml; null: the OS_* variables. `region`: null for the default one. */
  provider: { cloud: string | null; region: string | null };
  /** Names begin with the run's own: see {@link runName}. */
  vms: readonly { name: string }[];
  flavor: { name: string } | { id: string } | { vcpus: number; ramMb: number };
  /** The most recent one of those with the name, or whose name matches. */
  image: { name: string } | { nameRegex: string } | { id: string };
  /** One line, as in authorized_keys. */
  publicKey: string;
  network: NetworkSpec;
  /** Where SSH is allowed from: IPv4 and IPv6. */
  sshCidrs: readonly string[];
  /** VMs are spread over them in turn; none: the cloud decides. */
  availabilityZones: readonly string[];
  /** Asks for as many different hypervisors as there are (soft anti-affinity). */
  spreadOverHypervisors: boolean;
  configDrive: boolean;
  /** A volume as root disk; null: the flavor's own disk. */
  bootVolume: { sizeGb: number; type: string | null } | null;
  /** cloud-init's. It stands in plain text in the stack's file and in saved plans. */
  userData: string;
  /** The user has asked for the VMs' host keys in it: without this, private keys there are refused. */
  hostKeysInUserData?: boolean;
  /** Where the state is kept; null: beside the stack. */
  backend?: { type: string; config: Readonly<Record<string, string | number | boolean>> } | null;
};

/** Nova's limit: 65,535 bytes once it is base64. */
const maxUserDataBytes = 49_149;

/** All that is wrong with a specification, one line each. */
export function specProblems(spec: LoadGeneratorsSpec): string[] {
  const problems: string[] = [];
  const base = runName(spec.marks);
  const names = spec.vms.map(({ name }) => name);
  if (names.length === 0) problems.push("no VMs");
  for (const name of names) {
    if (!name.startsWith(`${base}-`)) problems.push(`VM ${name}: the name must begin with ${base}-`);
    if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
      problems.push(`VM ${name}: a host name has at most 63 lower-case letters, digits and dashes`);
    }
  }
  if (new Set(names).size < names.length) problems.push("two VMs have the same name");
  if (spec.sshCidrs.length === 0) problems.push("SSH is allowed from nowhere: name at least one CIDR");
  if (!/^(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+( \S+)?$/.test(spec.publicKey)) problems.push("not a public SSH key");
  const bytes = Buffer.byteLength(spec.userData);
  if (bytes > maxUserDataBytes) problems.push(`user data of ${bytes} bytes, more than Nova's ${maxUserDataBytes}`);
  if (/PRIVATE KEY-----/.test(spec.userData) && spec.hostKeysInUserData !== true)
    problems.push("a private key in user data, which is kept in plain text");
  return problems;
}
