/** The real terraform, asked for its provider where there is none to be had. */
import { expect, test } from "vitest";
import { configSchema, type ConfigInput } from "../../../src/config/schema.ts";
import { runChecks } from "../../../src/doctor/check.ts";
import { terraformChecks } from "../../../src/doctor/openstack/terraform.ts";
import { labTerraform } from "../../lab/terraform.ts";
import { tempDir } from "../../lab/temp-dir.ts";

const signal = AbortSignal.timeout(120_000);

async function checked(terraform: NonNullable<ConfigInput["openstack"]>["terraform"], home: string) {
  const config = configSchema.parse({ openstack: { terraform } });
  const settings = { ssh: config.ssh, env: process.env, home };
  return runChecks(terraformChecks(config.openstack, settings), signal);
}

test("an empty mirror: terraform's own reason, and what to do", async () => {
  await using dir = await tempDir("doctor-terraform");
  const { product, version } = await labTerraform(signal);
  const [terraform, provider] = await checked({ mirror: dir.path }, dir.path);
  expect(terraform).toMatchObject({ status: "ok", seen: expect.stringContaining(`${product} ${version}`) as string });
  expect(provider).toMatchObject({
    status: "problem",
    seen: expect.stringMatching(/^terraform init failed: (?!.*To see which).*terraform-provider-openstack/) as string,
    remedy: expect.stringContaining("openstack.terraform.mirror") as string,
  });
});

test("no such program: said once", async () => {
  const checks = await checked({ bin: "/nonexistent/tofu" }, "/nonexistent");
  expect(checks).toMatchObject([
    { name: "terraform", status: "problem", seen: "/nonexistent/tofu: no such program" },
    { name: "provider", status: "not applicable" },
  ]);
});
