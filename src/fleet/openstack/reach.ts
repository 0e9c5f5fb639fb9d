/** How each VM is reached, from the stack's outputs alone. */
import type { OpenstackConfig } from "../../config/schema.ts";
import { exitCodes, LkloadError } from "../../errors.ts";
import type { VmAddresses } from "./terraform/outputs.ts";

/** `via`: the name of the VM to jump over, which has the only floating IP. */
export type Reach = { name: string; address: string; via: string | null };

/** Those that can be reached in this network mode: after an apply that failed in part, floating IPs may be missing. */
export function reachable(vms: readonly VmAddresses[], mode: OpenstackConfig["network"]["mode"]): VmAddresses[] {
  if (mode === "external") return [...vms];
  if (mode === "bastion") return vms.some(({ floatingV4 }) => floatingV4 !== null) ? [...vms] : [];
  return vms.filter(({ floatingV4 }) => floatingV4 !== null);
}

/** @throws LkloadError when a VM has no address at all */
export function reachOf(vms: readonly VmAddresses[]): Reach[] {
  const bastion = vms.find(({ floatingV4 }) => floatingV4 !== null);
  return vms.map(({ name, floatingV4, fixedV4, fixedV6 }) => {
    const address = floatingV4 ?? fixedV4 ?? fixedV6;
    if (address === null) {
      throw new LkloadError(exitCodes.infrastructure, `${name}: the cloud gave it no address`, {
        hint: "the network may have no subnet, or none with free addresses",
      });
    }
    // Where nobody has a floating IP, all are on a network that is reached directly.
    return { name, address, via: floatingV4 === null && bastion !== undefined ? bastion.name : null };
  });
}
