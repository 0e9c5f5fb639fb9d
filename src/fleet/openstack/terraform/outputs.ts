/** The stack's output `vms`: see stacks/virtual-machines.ts. */
import { z } from "zod";

const address = z
  .string()
  .nullable()
  // The provider puts IPv6 addresses into square brackets.
  .transform((text) => (text === null || text === "" ? null : text.replaceAll(/[[\]]/g, "")));

const vmSchema = z.object({
  name: z.string(),
  id: z.string(),
  fixed_v4: address,
  fixed_v6: address,
  floating_v4: address,
});

export type VmAddresses = {
  name: string;
  /** Nova's. */
  id: string;
  fixedV4: string | null;
  fixedV6: string | null;
  floatingV4: string | null;
};

/** In the order of their names. @throws {z.ZodError} */
export function readVms(outputs: Readonly<Record<string, unknown>>): VmAddresses[] {
  const vms = z.array(vmSchema).parse(outputs["vms"] ?? []);
  return vms
    .map(({ name, id, fixed_v4, fixed_v6, floating_v4 }) => ({
      name,
      id,
      fixedV4: fixed_v4,
      fixedV6: fixed_v6,
      floatingV4: floating_v4,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
