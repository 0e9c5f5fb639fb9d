import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { renderJunit } from "../../src/report/junit.ts";
import { payloads, withTexts } from "./hostile-result.ts";
import { failResult, interruptedResult, noMetricsResult, passResult, saturatedResult } from "./sample-results.ts";

interface Case {
  suite: string;
  name: string;
  outcome: string;
  message: string;
}

const reader = `
import json, sys, xml.etree.ElementTree as E
def read(xml):
    root = E.fromstring(xml.encode("utf-8"))
    assert root.tag == "testsuites"
    cases = []
    for suite in root:
        assert suite.tag == "testsuite"
        found = suite.findall("testcase")
        count = lambda tag: sum(1 for c in found if c.find(tag) is not None)
        assert int(suite.get("tests")) == len(found) and int(suite.get("failures")) == count("failure")
        assert int(suite.get("errors")) == count("error") and int(suite.get("skipped")) == count("skipped")
        for c in found:
            child = next((x for x in c if x.tag != "system-out"), None)
            outcome, message = ("passed", "") if child is None else (child.tag, child.get("message"))
            cases.append(dict(suite=suite.get("name"), name=c.get("name"), outcome=outcome, message=message))
    assert int(root.get("tests")) == len(cases)
    return cases
print(json.dumps([read(xml) for xml in json.load(sys.stdin)]))
`;

/** As a strict XML parser reads them; also checks the counts. */
function readAll(xmls: readonly string[]): Case[][] {
  const input = JSON.stringify(xmls);
  return JSON.parse(execFileSync("python3", ["-c", reader], { input, encoding: "utf8" })) as Case[][];
}

const read = (xml: string): Case[] => readAll([xml])[0]!;

const outcomes = (cases: Case[], suite: string) =>
  cases.filter((one) => one.suite === suite).map(({ outcome }) => outcome);

describe("JUnit", () => {
  it("passes every case of a run that passes", () => {
    const cases = read(renderJunit(passResult()));
    expect(cases).toHaveLength(14);
    expect(new Set(cases.map(({ outcome }) => outcome))).toEqual(new Set(["passed"]));
  });

  it("fails broken thresholds with what was measured", () => {
    const cases = read(renderJunit(failResult()));
    expect(outcomes(cases, "thresholds")).toEqual(["failure", "passed", "failure", "passed", "passed"]);
    expect(cases[0]).toEqual({
      suite: "thresholds",
      name: "loss ≤ 2.5 %",
      outcome: "failure",
      message: "3.17 %, over by 0.67 points (steady 0:23–5:24, server counters, n = 31304000)",
    });
  });

  it("skips what was not judged, with the reason", () => {
    const [loss] = read(renderJunit(noMetricsResult()));
    expect(loss).toMatchObject({
      outcome: "skipped",
      message: expect.stringMatching(/^not judged: no source: no Prometheus endpoint/),
    });
  });

  it("makes broken validity checks errors, and passes no threshold then", () => {
    const cases = read(renderJunit(saturatedResult()));
    expect(new Set(outcomes(cases, "thresholds"))).toEqual(new Set(["skipped"]));
    expect(cases.filter(({ outcome }) => outcome === "error").map(({ name }) => name)).toEqual([
      "no generator had a core above 85 % for 5 s",
      "no generator dropped packets",
      "every threshold that was set has a source",
    ]);
  });

  it("skips checks that could not be made", () => {
    expect(outcomes(read(renderJunit(interruptedResult())), "validity")).toEqual([
      "passed",
      "error",
      "error",
      "error",
      "skipped",
      "skipped",
      "skipped",
      "skipped",
      "skipped",
    ]);
  });

  it("stays well-formed whatever the names are", () => {
    for (const cases of readAll(payloads.map((text) => renderJunit(withTexts(failResult(), text)))))
      expect(cases).toHaveLength(14);
  });
});
