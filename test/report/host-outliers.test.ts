import { describe, expect, it } from "vitest";
import { hostConcerns, hostsByConcern, usualFigures } from "../../src/report/host-outliers.ts";
import { failResult, interruptedResult, largeResult, passResult } from "./sample-results.ts";

describe("hosts to look at", () => {
  it("are none in a sound fleet", () => {
    const { hosts } = passResult();
    const usual = usualFigures(hosts);
    expect(hosts.flatMap((host) => hostConcerns(host, usual))).toEqual([]);
    expect(hostsByConcern(hosts.toReversed(), usual).map(({ name }) => name)).toEqual(hosts.map(({ name }) => name));
  });

  it("are named with what is wrong and what is unusual", () => {
    const { hosts } = failResult();
    const usual = usualFigures(hosts);
    const [first] = hostsByConcern(hosts, usual);
    expect(first?.name).toBe("gen-7");
    expect(hostConcerns(first!, usual)).toEqual(["12 of 100 not joined", "unusual: start error, received"]);
  });

  it("have no outliers where there are too few hosts to compare", () => {
    expect(usualFigures(interruptedResult().hosts).size).toBe(0);
  });

  it("come before all others in a large fleet, lost ones first", () => {
    const { hosts } = largeResult();
    expect(
      hostsByConcern(hosts, usualFigures(hosts))
        .slice(0, 3)
        .map(({ name }) => name),
    ).toEqual(["gen-98", "gen-42", "gen-1"]);
  });
});
