/**
 * What `terraform -json` prints, line by line. Format: Terraform's "machine-readable UI"; OpenTofu prints the same but
 * for the key of the version line.
 */
import { z } from "zod";

export type TerraformAction = "create" | "read" | "update" | "delete" | "replace" | "other";

export type Diagnostic = { severity: "error" | "warning"; summary: string; detail: string; address: string | null };

export type TerraformEvent =
  | { type: "version"; product: "terraform" | "tofu"; version: string }
  | { type: "planned"; address: string; kind: string; action: TerraformAction }
  | {
      type: "started" | "progress" | "completed" | "errored";
      address: string;
      /** `openstack_compute_instance_v2` */
      kind: string;
      action: TerraformAction;
      elapsedMs: number;
      /** The cloud's id of it, once there is one. */
      id: string | null;
    }
  | { type: "summary"; operation: string; add: number; change: number; remove: number }
  | ({ type: "diagnostic" } & Diagnostic);

const resource = z.object({ addr: z.string(), resource_type: z.string() });
const action = z.string().transform((name): TerraformAction => actions.find((known) => known === name) ?? "other");
const actions = ["create", "read", "update", "delete", "replace"] as const;
const seconds = z.number().default(0);

const hook = z.object({ resource, action, elapsed_seconds: seconds, id_value: z.string().optional() });

const line = z.discriminatedUnion("type", [
  z.object({ type: z.literal("version"), terraform: z.string().optional(), tofu: z.string().optional() }),
  z.object({ type: z.literal("planned_change"), change: z.object({ resource, action }) }),
  z.object({ type: z.literal("apply_start"), hook }),
  z.object({ type: z.literal("apply_progress"), hook }),
  z.object({ type: z.literal("apply_complete"), hook }),
  z.object({ type: z.literal("apply_errored"), hook }),
  z.object({
    type: z.literal("change_summary"),
    changes: z.object({ operation: z.string(), add: z.number(), change: z.number(), remove: z.number() }),
  }),
  z.object({
    type: z.literal("diagnostic"),
    diagnostic: z.object({
      severity: z.enum(["error", "warning"]),
      summary: z.string(),
      detail: z.string().default(""),
      address: z.string().optional(),
    }),
  }),
]);

const hookTypes = {
  apply_start: "started",
  apply_progress: "progress",
  apply_complete: "completed",
  apply_errored: "errored",
} as const;

/** @returns undefined for lines that say nothing of use here, and for what is not from terraform. */
export function parseTerraformLine(text: string): TerraformEvent | undefined {
  const parsed = line.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { data } = parsed;
  switch (data.type) {
    case "version":
      if (data.tofu !== undefined) return { type: "version", product: "tofu", version: data.tofu };
      return { type: "version", product: "terraform", version: data.terraform ?? "" };
    case "planned_change": {
      const { resource, action } = data.change;
      return { type: "planned", address: resource.addr, kind: resource.resource_type, action };
    }
    case "apply_start":
    case "apply_progress":
    case "apply_complete":
    case "apply_errored": {
      const { resource, action, elapsed_seconds, id_value } = data.hook;
      const { addr: address, resource_type: kind } = resource;
      const elapsedMs = elapsed_seconds * 1000;
      return { type: hookTypes[data.type], address, kind, action, elapsedMs, id: id_value ?? null };
    }
    case "change_summary":
      return { type: "summary", ...data.changes };
    case "diagnostic": {
      const { address, ...rest } = data.diagnostic;
      return { type: "diagnostic", ...rest, address: address ?? null };
    }
    default:
      return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
