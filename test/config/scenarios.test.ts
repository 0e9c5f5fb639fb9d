import { describe, expect, it } from "vitest";
import { noFlags, type FlagValues } from "../../src/config/flags.ts";
import { loadConfig } from "../../src/config/load.ts";
import { TestFolder } from "../cli/test-system.ts";

async function load(scenario: string, counts: Record<string, number> = {}, more = "", flags: FlagValues = noFlags) {
  const lines = Object.entries(counts).map(([name, n]) => `  ${name}: ${n}\n`);
  await using folder = await TestFolder.make({
    "lkload.yaml": `load:\n  scenario: ${scenario}\n${lines.join("")}${more}`,
  });
  const { config } = await loadConfig({ flags, env: {}, cwd: folder.dir });
  return config.load;
}

const participants = (n: number): FlagValues => ({
  values: [{ flag: "--participants", path: ["load", "participants"], value: n }],
  problems: [],
});

describe("scenarios", () => {
  it.each([
    ["initial-100", "run", 1, 100, 10, 5, 90, 120],
    ["medium-500", "run", 2, 500, 50, 25, 450, 180],
    ["high-1000", "run", 4, 1000, 100, 50, 900, 180],
    ["mega-2500", "run", 10, 2500, 250, 150, 2250, 240],
    ["distributed-1000", "host", "per-host", 100, 10, 5, 90, 300],
  ])("%s is as documented", async (name, per, rooms, all, publishers, videoPublishers, subscribers, seconds) => {
    expect(await load(name)).toMatchObject({
      per,
      rooms,
      participants: all,
      publishers,
      videoPublishers,
      audioPublishers: publishers,
      subscribers,
      duration: seconds * 1000,
      videoResolution: name === "distributed-1000" ? "medium" : "high",
    });
  });

  it("keep their proportions under another total, for the whole run where a file says it", async () => {
    expect(await load("mega-2500", { participants: 100 })).toMatchObject({
      per: "run",
      participants: 100,
      publishers: 10,
      videoPublishers: 6,
      audioPublishers: 10,
      subscribers: 90,
    });
  });

  it("win over the file where a flag asks for them, and give way to other flags", async () => {
    const flag = (name: string, value: string | number) => ({ flag: `--${name}`, path: ["load", name], value });
    const asked = { values: [flag("scenario", "high-1000")], problems: [] };
    const own = { participants: 100, publishers: 7 };
    expect(await load("initial-100", own, "  duration: 5m\n  videoCodec: h264\n", asked)).toMatchObject({
      per: "run",
      rooms: 4,
      participants: 1000,
      publishers: 100,
      duration: 180_000,
      // Nothing that the scenario decides.
      videoCodec: "h264",
    });
    const more = { values: [flag("scenario", "high-1000"), flag("duration", "1m")], problems: [] };
    expect(await load("initial-100", {}, "", more)).toMatchObject({ participants: 1000, duration: 60_000 });
  });

  it("count by host where --participants says the total", async () => {
    expect(await load("medium-500", {}, "", participants(200))).toMatchObject({
      per: "host",
      participants: 200,
      publishers: 20,
      videoPublishers: 10,
      subscribers: 180,
      rooms: 2,
    });
  });

  it("leave `per` to a file that sets it", async () => {
    expect(await load("medium-500", {}, "  per: run\n", participants(200))).toMatchObject({
      per: "run",
      participants: 200,
    });
  });

  it("keep the other parts where one part is another", async () => {
    expect(await load("medium-500", { publishers: 100 })).toMatchObject({
      participants: 550,
      publishers: 100,
      videoPublishers: 50,
      audioPublishers: 100,
      subscribers: 450,
    });
    expect(await load("medium-500", { subscribers: 100 })).toMatchObject({ participants: 150, publishers: 50 });
    expect(await load("medium-500", { videoPublishers: 80 })).toMatchObject({ publishers: 80, videoPublishers: 80 });
    expect(await load("medium-500", { audioPublishers: 0, videoPublishers: 9 })).toMatchObject({ publishers: 9 });
  });

  it("give way to the file's other settings", async () => {
    expect(await load("medium-500", {}, "  rooms: shared\n  duration: 10s\n")).toMatchObject({
      rooms: "shared",
      duration: 10_000,
      participants: 500,
    });
  });
});
