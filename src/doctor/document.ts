/** What `lkload doctor --json` prints. */
import { z } from "zod";
import type { CheckResult } from "./check.ts";

const base = {
  group: z.string(),
  name: z.string().describe("unique within its group"),
  tookMs: z.int(),
  seen: z.string().describe("what was found; for what is not applicable, why"),
};

export const doctorSchema = z.strictObject({
  schema: z.literal("lkload/doctor"),
  version: z.literal(1),
  checkedAtMs: z.number(),
  ok: z.boolean().describe("there is no problem"),
  checks: z.array(
    z.discriminatedUnion("status", [
      z.strictObject({ ...base, status: z.literal("ok") }),
      z.strictObject({ ...base, status: z.literal("problem"), remedy: z.string().describe("what can be done") }),
      z.strictObject({ ...base, status: z.literal("not applicable") }),
    ]),
  ),
});

export type DoctorDocument = z.infer<typeof doctorSchema>;

export function doctorDocument(checks: CheckResult[], checkedAtMs: number): DoctorDocument {
  const ok = checks.every(({ status }) => status !== "problem");
  return { schema: "lkload/doctor", version: 1, checkedAtMs, ok, checks };
}
