/** What `lkload gc --json` prints. */
import { z } from "zod";
import type { RegionGarbage } from "./collect-garbage.ts";
import { resourceKinds, type Found } from "./inventory.ts";

const resourceSchema = z.strictObject({
  kind: z.enum(resourceKinds),
  id: z.string(),
  name: z.string(),
  region: z.string().nullable(),
  runId: z.string(),
  owner: z.string().nullable().describe("who to ask about it"),
  createdAtMs: z.number().nullable(),
  expiresAtMs: z.number().nullable(),
});

export const gcSchema = z.strictObject({
  schema: z.literal("lkload/gc"),
  version: z.literal(1),
  lookedAtMs: z.number(),
  source: z.string().describe("where the credentials are from"),
  project: z.string(),
  acted: z.boolean().describe("false: a dry run, nothing was deleted"),
  found: z.array(resourceSchema),
  deleted: z.array(resourceSchema),
  left: z.array(resourceSchema.extend({ reason: z.string().nullable().describe("what the cloud said") })),
});

export type GcDocument = z.infer<typeof gcSchema>;
export type GcResource = z.infer<typeof resourceSchema>;

export function gcDocument(
  regions: readonly RegionGarbage[],
  about: Pick<GcDocument, "lookedAtMs" | "source" | "project" | "acted">,
): GcDocument {
  const all = (pick: (garbage: RegionGarbage) => readonly Found[]) =>
    regions.flatMap((garbage) => pick(garbage).map((found) => resource(found, garbage.region)));
  return {
    schema: "lkload/gc",
    version: 1,
    ...about,
    found: all(({ found }) => found),
    deleted: all(({ deleted }) => deleted),
    left: regions.flatMap(({ left, region }) =>
      left.map(({ found, reason }) => ({ ...resource(found, region), reason })),
    ),
  };
}

function resource({ kind, id, name, marks }: Found, region: string | null): GcResource {
  const { runId, owner, createdAtMs, expiresAtMs } = marks;
  return { kind, id, name, region, runId, owner, createdAtMs, expiresAtMs };
}
