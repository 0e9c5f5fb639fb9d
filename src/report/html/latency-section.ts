/** Latencies as cumulative distributions: everything that was measured, and what never arrived. */
import type { Distribution, Result } from "../../metrics/result.ts";
import { distributions, type NamedDistribution } from "../distributions.ts";
import { percentileWords } from "../missing.ts";
import { formatCount, formatIn } from "../quantity.ts";
import { ecdfPlot } from "./ecdf-plot.ts";
import { html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { notMeasured, table } from "./table.ts";

export function latencySection(result: Result): Markup {
  const all = distributions(result);
  return section(
    "latency",
    "Latency",
    html`Times count from the <em>intended</em> start of each participant, so a slow join can't hide behind the ones
      after it. Who never arrived is counted as slower than anything measured: the curve then ends below 100 %.`,
    html`<div class="panels">${all.map((one) => distributionPanel(one, result))}</div>`,
    percentileTable("Latency percentiles", all),
    html`<p class="small">
      Unknown: a histogram keeps neither the lowest nor the highest value; where some never arrived, there is no mean
      and no highest value.
    </p>`,
  );
}

/** One distribution as a curve, with its source and its thresholds. */
export function distributionPanel(one: NamedDistribution, result: Result): Markup {
  const { name, meaning, distribution, reason, metrics } = one;
  const head = html`<figcaption>
    <h3>${name}</h3>
    <p>${meaning}</p>
  </figcaption>`;
  if (!distribution || distribution.n === 0) {
    return html`<figure class="chart panel empty">
      ${head}
      <p class="hole">
        not measured<br /><small>${distribution ? percentileWords(distribution, "p50").reason : reason}</small>
      </p>
    </figure>`;
  }
  const limits = result.thresholds.flatMap(({ metric, target, unit }) => {
    const at = (["p50", "p90", "p95", "p99"] as const).find((percentile) => metrics[percentile] === metric);
    return at && unit === "ms" ? [{ value: target, label: `${at} limit ${formatIn(target, unit)}` }] : [];
  });
  const { n, censored, source, interpolated, note } = distribution;
  return html`<figure class="chart panel">
    ${head}${ecdfPlot(name, distribution, limits)}
    <p class="small">
      n = ${formatCount(n)}${censored > 0 && html`, <b>${formatCount(censored)} never</b>`} ·
      ${source}${interpolated && " · interpolated inside the histogram's buckets"}${note && html` · ${note}`}
    </p>
  </figure>`;
}

export function percentileTable(caption: string, all: readonly NamedDistribution[]): Markup {
  const numeric = (head: string) => ({ head, numeric: true });
  const columns = [
    { head: "Latency", wraps: true },
    ...["n", "never", "min", "mean", "p50", "p90", "p95", "p99", "max"].map(numeric),
    { head: "Source", wraps: true },
  ];
  const rows = all.map(({ name, meaning, distribution, reason }) => ({
    cells: [
      html`<b>${name}</b> <small>${meaning}</small>`,
      ...(distribution ? cells(distribution) : emptyCells(reason)),
    ],
  }));
  return table(caption, columns, rows);
}

function cells(distribution: Distribution): (Markup | string)[] {
  const { n, censored, min, mean, p50, p90, p95, p99, max, unit, source, interpolated } = distribution;
  const plain = (value: number | null) =>
    value === null ? html`<span class="missing">unknown</span>` : formatIn(value, unit);
  const percentile = (value: number | null, name: keyof NamedDistribution["metrics"]) => {
    if (value !== null) return formatIn(value, unit);
    const { text, reason } = percentileWords(distribution, name);
    // On a line of its own: in one line it would push the others out of sight.
    return html`${text === "never" ? html`<b>never</b>` : html`<span class="missing">not measured</span>`}<br /><small
        >${reason}</small
      >`;
  };
  return [
    formatCount(n),
    formatCount(censored),
    plain(min),
    plain(mean),
    percentile(p50, "p50"),
    percentile(p90, "p90"),
    percentile(p95, "p95"),
    percentile(p99, "p99"),
    plain(max),
    interpolated ? `${source}, interpolated` : source,
  ];
}

function emptyCells(reason: string): (Markup | string)[] {
  return [...Array<string>(9).fill("–"), notMeasured(reason)];
}
