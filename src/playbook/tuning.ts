/** What became of the kernel settings, from `knob.<name>=<state>|<before>|<after>` facts. */
import type { ConfiguredHost } from "../metrics/raw.ts";
import type { Facts } from "./facts.ts";

type Tuning = ConfiguredHost["tuning"];
type Knob = Tuning["knobs"][number];

const states: readonly Knob["state"][] = ["changed", "ok", "absent", "denied"];

export function knobsOf(facts: Facts): Knob[] {
  return Object.entries(facts.toRecord()).flatMap(([key, value]) => {
    if (!key.startsWith("knob.")) return [];
    const [word, before = "", after = ""] = value.split("|");
    const state = states.find((known) => known === word);
    return state === undefined ? [] : [{ name: key.slice("knob.".length), state, before, after }];
  });
}

export function applied(knobs: Knob[]): Tuning {
  return { applied: true, reason: null, knobs };
}

export function notApplied(reason: string): Tuning {
  return { applied: false, reason, knobs: [] };
}
