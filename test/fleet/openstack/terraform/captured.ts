import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseTerraformLine, type TerraformEvent } from "../../../../src/fleet/openstack/terraform/stream.ts";

const dir = join(import.meta.dirname, "..", "..", "..", "captures", "terraform");

/** What the real terraform printed, with the real provider, against a real cloud. */
export async function captured(name: string): Promise<TerraformEvent[]> {
  const lines = (await readFile(join(dir, `${name}.ndjson`), "utf8")).split("\n");
  return lines.map(parseTerraformLine).filter((event) => event !== undefined);
}

export type EventOf<Type> = TerraformEvent & { type: Type };

export async function capturedOf<Type extends TerraformEvent["type"]>(
  name: string,
  type: Type,
): Promise<EventOf<Type>[]> {
  return (await captured(name)).filter((event): event is EventOf<Type> => event.type === type);
}
