import { describe, expect, it } from "vitest";
import { doctorText } from "../../src/cli/doctor-text.ts";
import { doctorSchema, type DoctorDocument } from "../../src/doctor/document.ts";
import { planSchema } from "../../src/plan/plan.ts";
import { smallCloud } from "../fleet/openstack/rest/small-cloud.ts";
import { lkload } from "./test-system.ts";

const widthOf = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

describe("lkload doctor", () => {
  it("names all that is not set, with how to set it, and exits 5", async () => {
    const { exitCode, stdout, stderr } = await lkload(["doctor"]);
    expect([exitCode, stderr]).toEqual([5, ""]);
    for (const setting of ["livekit.url", "livekit.apiKey"]) expect(stdout).toContain(`${setting} is not set`);
    expect(stdout).toContain("--hosts");
    expect(widthOf(stdout)).toBeLessThanOrEqual(80);
  });

  it("loads the clients of the probes where there are to be any", async () => {
    const { stdout } = await lkload(["doctor", "--probes", "1"]);
    expect(stdout).toMatch(/ok +probes +@livekit\/rtc-node@\S+ loads/);
    expect((await lkload(["doctor"])).stdout).not.toContain("probes");
  });

  it("tells what is wrong with the configuration as every command does", async () => {
    const { exitCode, stdout, stderr } = await lkload(["doctor", "--participants", "many"]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("load.participants");
  });

  it("tells a server that nobody is at once, not once per check", async () => {
    const env = { LIVEKIT_URL: "http://127.0.0.1:9", LIVEKIT_API_KEY: "k", LIVEKIT_API_SECRET: "s".repeat(32) };
    const { exitCode, stdout } = await lkload(["doctor", "--hosts", "127.0.0.1:1", "--json"], { env });
    expect(exitCode).toBe(5);
    const { ok, checks } = doctorSchema.parse(JSON.parse(stdout));
    expect(ok).toBe(false);
    const livekit = checks.filter(({ group }) => group === "LiveKit").map(({ name, status }) => [name, status]);
    expect(livekit).toEqual([
      ["server", "problem"],
      ["API key", "not applicable"],
      ["join", "not applicable"],
      ["clock", "not applicable"],
      ["metrics", "not applicable"],
    ]);
    expect(stdout).not.toContain("s".repeat(32));
  });
});

describe("lkload plan --check", () => {
  const args = ["plan", "--vms", "3", "--terraform-bin", "/nonexistent/terraform", "--flavor", "c1.larg"];

  it("asks the cloud, and tells what it lacks among the warnings, exit 5", async () => {
    await using cloud = await smallCloud({ flavors: [{ id: "f", name: "c1.large", vcpus: 4, ram: 8192 }] });
    const { exitCode, stdout } = await lkload([...args, "--check", "--json"], { env: cloud.env });
    expect(exitCode).toBe(5);
    const { warnings } = planSchema.parse(JSON.parse(stdout));
    expect(warnings).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Terraform, terraform: .*no such program/),
        expect.stringMatching(/^OpenStack, flavor: .*no flavor called c1\.larg .*c1\.large/),
        expect.stringMatching(/^OpenStack, network: .*Ext-Net/),
      ]),
    );
  });

  it("without it no cloud is asked", async () => {
    expect((await lkload(args)).exitCode).toBe(0);
  });
});

describe("its table", () => {
  const check = (name: string, status: "ok" | "problem"): DoctorDocument["checks"][number] =>
    status === "ok"
      ? { group: "Hosts", name, tookMs: 1, status, seen: "Linux x86_64, bash 5.2.15, 4 cores, root" }
      : { group: "Hosts", name, tookMs: 1, status, seen: `${name} does not answer`, remedy: "see whether it is on" };
  const text = (checks: DoctorDocument["checks"], color = false) =>
    doctorText(
      { schema: "lkload/doctor", version: 1, checkedAtMs: 0, ok: false, checks },
      { columns: 80, color, tookMs: 1234 },
    );

  it("has a remedy below each problem", () => {
    expect(text([check("gen-1", "ok"), check("gen-2", "problem")])).toBe(
      [
        "Hosts",
        "  ok       gen-1  Linux x86_64, bash 5.2.15, 4 cores, root",
        "  problem  gen-2  gen-2 does not answer",
        "                  → see whether it is on",
        "",
        "1 problem, 1 ok, 0 not applicable, in 1.2 s",
        "",
      ].join("\n"),
    );
  });

  it("counts many that are all right, and lists every problem", () => {
    const many = Array.from({ length: 100 }, (_, i) => check(`gen-${i}`, i === 70 ? "problem" : "ok"));
    const shown = text(many);
    expect(shown.split("\n").length).toBeLessThan(12);
    expect(shown).toContain("gen-70 does not answer");
    expect(shown).toContain("and 96 more");
  });

  it("in colour says the same", () => {
    const checks = [check("gen-1", "ok"), check("gen-2", "problem")];
    // oxlint-disable-next-line no-control-regex
    expect(text(checks, true).replaceAll(/\u001B\[\d+m/g, "")).toBe(text(checks));
  });
});
