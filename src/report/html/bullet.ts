/** Measured against target as a small bar; the words beside it say the same. */
import type { ThresholdResult } from "../../metrics/result.ts";
import { html, type Markup } from "./markup.ts";

const width = 96;

/** @param isProven false where the run is invalid: the bar then takes no side */
export function bullet({ measured, target, op, status }: ThresholdResult, isProven: boolean): Markup {
  if (measured === null)
    return html`<svg class="bullet" width="${width}" height="14" aria-hidden="true">
      <rect class="unmeasured" y="3" width="${width}" height="8" rx="2" fill="url(#hatch)" />
    </svg>`;
  const isUpper = op === "<=" || op === "<";
  const scale = Math.max(isUpper ? target * 1.4 : target, measured, Number.MIN_VALUE);
  const at = (value: number) => Math.round(Math.min(1, Math.max(0, value / scale)) * (width - 2) * 10) / 10;
  return html`<svg class="bullet" width="${width}" height="14" aria-hidden="true">
    <rect class="track" y="3" width="${width}" height="8" rx="2" />
    <rect
      class="${isProven ? (status === "failed" ? "bad" : "ok") : "open"}"
      y="3"
      width="${Math.max(1, at(measured))}"
      height="8"
      rx="2"
    />
    <rect class="mark" x="${at(target)}" width="2" height="14" />
  </svg>`;
}
