import * as fc from "fast-check";
import { expect, test } from "vitest";
import { counterDelta, EndpointCounters } from "../../src/metrics/counters.ts";

test("property: resets lose nothing that was scraped", () => {
  const lives = fc.array(fc.array(fc.nat(1000), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(lives, (increments) => {
      // Each life of the process counts from 0; a reset is visible only where the new count is below the old one.
      const values = [0];
      let expected = 0;
      for (const life of increments) {
        let count = 0;
        let previous = values.at(-1) ?? 0;
        for (const increment of life) {
          count += increment;
          expected += count < previous ? count : count - previous;
          previous = count;
          values.push(count);
        }
      }
      expect(counterDelta(values, 0, values.length - 1)).toBe(expected);
    }),
  );
});

test("property: without resets it is the difference, and parts add up to the whole", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 3, maxLength: 30 }), (increments) => {
      let count = 5;
      const values = increments.map((increment) => (count += increment));
      const last = values.length - 1;
      const middle = Math.floor(last / 2);
      const whole = counterDelta(values, 0, last) ?? Number.NaN;
      expect(whole).toBe((values[last] ?? 0) - (values[0] ?? 0));
      expect((counterDelta(values, 0, middle) ?? 0) + (counterDelta(values, middle, last) ?? 0)).toBe(whole);
    }),
  );
});

test("a series that appears later began at 0; one that is never seen has no growth", () => {
  expect(counterDelta([undefined, undefined, 7, 9], 0, 3)).toBe(9);
  expect(counterDelta([undefined, undefined], 0, 1)).toBeUndefined();
  expect(counterDelta([3, undefined, 5], 0, 2)).toBe(2);
  expect(counterDelta([3, Number.NaN, 5], 0, 2)).toBe(2);
});

const scrape = (node: string, value: number) => [{ name: "a_total", labels: { node_id: node }, value }];

test("a restart goes on from 0 under a new id, and is counted", () => {
  const endpoint = new EndpointCounters("http://a/metrics");
  endpoint.add(1, scrape("n1", 10));
  endpoint.add(2, scrape("n1", 30));
  endpoint.add(3, scrape("n2", 5));
  expect(endpoint.deltas("a_total", 0, 2).map(({ delta }) => delta)).toEqual([20, 5]);
  expect([endpoint.restarts(0, 2), endpoint.restarts(0, 1), endpoint.problem]).toEqual([1, 0, undefined]);
});

test("an endpoint that answers for several servers by turns is of no use", () => {
  const endpoint = new EndpointCounters("http://a/metrics");
  for (const [at, node] of ["n1", "n2", "n1"].entries()) endpoint.add(at, scrape(node, at));
  expect(endpoint.problem).toMatch(/by turns/);
});

test("gauges are summed over their series", () => {
  const endpoint = new EndpointCounters("http://a/metrics");
  endpoint.add(1, [...scrape("n1", 3), ...scrape("n2", 4)]);
  expect([endpoint.sumAt("a_total", 0), endpoint.sumAt("b_total", 0)]).toEqual([7, undefined]);
});
