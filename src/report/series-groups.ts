/** Which series stand in one chart. */
import type { Series } from "../metrics/result.ts";
import { isPlainCount } from "./quantity.ts";

export interface SeriesGroup {
  readonly name: string;
  readonly unit: string;
  readonly series: readonly Series[];
}

/** Groups in the order in which the result names them; a group that mixes units is split by unit. */
export function seriesGroups(series: readonly Series[]): SeriesGroup[] {
  const groups = new Map<string, { name: string; unit: string; series: Series[] }>();
  for (const one of series) {
    const key = JSON.stringify([one.group, one.unit, one.host !== null]);
    const group = groups.get(key) ?? { name: one.group, unit: one.unit, series: [] };
    group.series.push(one);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The group's name as a heading, with the unit of plain counts, which the numbers then go without. */
export function groupTitle({ name, unit }: SeriesGroup): string {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  return isPlainCount(unit) && !title.toLowerCase().includes(unit) ? `${title} (${unit})` : title;
}

/** Whether a group has one series per host instead of series of the whole run. */
export function isPerHost(group: SeriesGroup): boolean {
  return group.series.every(({ host }) => host !== null);
}
