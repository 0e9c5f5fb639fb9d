/** This machine's own addresses, for letting SSH in from nowhere else. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { exitCodes, LkloadError } from "../../errors.ts";

/**
 * As CIDRs of one address each.
 * @throws LkloadError where the cloud is reached from behind an address translation: it would see another address
 */
export async function ownCidrs(authUrl: string): Promise<string[]> {
  const cidrs = ownAddresses();
  const hasPublic = cidrs.some((cidr) => isPublic(cidr.split("/")[0] ?? ""));
  if (cidrs.length > 0 && (hasPublic || !(await isPublicHost(new URL(authUrl).hostname)))) return cidrs;
  const own = cidrs.join(", ") || "none but loopback";
  throw new LkloadError(
    exitCodes.usage,
    `under which address the VMs will see this machine is not known (its own: ${own})`,
    {
      hint: "name it with --ssh-from or openstack.sshFrom, such as 203.0.113.7/32",
    },
  );
}

/** Of all network interfaces, as CIDRs of one address each; without loopback and what only counts on its own link. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flat()
    .filter((address) => address !== undefined)
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address))
    .map(({ address }) => `${address}/${isIP(address) === 6 ? 128 : 32}`);
}

async function isPublicHost(host: string): Promise<boolean> {
  const bare = host.replaceAll(/[[\]]/g, "");
  if (isIP(bare) !== 0) return isPublic(bare);
  const found = await lookup(bare, { all: true }).catch(() => []);
  return found.some(({ address }) => isPublic(address));
}

/** Of the addresses in use those that are routed on the internet (IANA's special-purpose registries). */
export function isPublic(address: string): boolean {
  if (isIP(address) === 6) return /^[23]/.test(address) && !/^2001:db8:/i.test(address);
  const [a = 0, b = 0] = address.split(".").map(Number);
  const isPrivate =
    a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 100 && b >= 64 && b < 128);
  return !isPrivate && a !== 127 && a !== 0 && !(a === 169 && b === 254) && a < 224;
}
