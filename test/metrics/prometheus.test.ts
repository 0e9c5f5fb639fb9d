import { expect, test } from "vitest";
import { keepLine, parseExposition } from "../../src/metrics/prometheus.ts";

test("reads names, labels with escapes, values, and passes over the rest", () => {
  const text = [
    "# HELP a_total something {with} 1",
    "# TYPE a_total counter",
    'a_total{x="1",y="a\\"b\\\\c\\nd,}",} 3 1395066363000',
    "b 1.5e+06",
    'c{ le="+Inf" } NaN',
    "d +Inf",
    "e -Inf",
    'f_total{x="1"} 2 # {trace_id="abc"} 1.0 1.5',
    "not a line",
    'open{x="1',
    "open{x=1} 2",
    "1bad 2",
    "empty",
    "# EOF",
  ].join("\n");
  expect(parseExposition(text)).toEqual([
    { name: "a_total", labels: { x: "1", y: 'a"b\\c\nd,}' }, value: 3 },
    { name: "b", labels: {}, value: 1.5e6 },
    { name: "c", labels: { le: "+Inf" }, value: Number.NaN },
    { name: "d", labels: {}, value: Number.POSITIVE_INFINITY },
    { name: "e", labels: {}, value: Number.NEGATIVE_INFINITY },
    { name: "f_total", labels: { x: "1" }, value: 2 },
  ]);
});

test("reads only the metrics that are wanted, also with Windows line ends", () => {
  expect(parseExposition("a 1\r\nb 2\r\n", (name) => name === "b")).toEqual([{ name: "b", labels: {}, value: 2 }]);
});

test.each([
  ["livekit_packet_total{} 1", true],
  ["process_cpu_seconds_total 1", true],
  ["process_resident_memory_bytes 1", true],
  ["go_goroutines 5", true],
  ["# TYPE livekit_packet_total counter", false],
  ["go_gc_duration_seconds 1", false],
  ["", false],
])("keeps %j: %s", (line, kept) => expect(keepLine(line)).toBe(kept));
