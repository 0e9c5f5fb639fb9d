/** The real terraform, with its own built-in provider: no cloud. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findTerraform } from "../../../../src/fleet/openstack/terraform/binary.ts";
import { writeCliConfig } from "../../../../src/fleet/openstack/terraform/cli-config.ts";
import type { TerraformEvent } from "../../../../src/fleet/openstack/terraform/stream.ts";
import { Terraform } from "../../../../src/fleet/openstack/terraform/terraform.ts";
import { tempDir } from "../../../lab/temp-dir.ts";

const signal = AbortSignal.timeout(120_000);
const call = { signal, timeoutMs: 60_000 };
const env = process.env;

async function terraformFor(dir: string, stack: object, onEvent: (event: TerraformEvent) => void = () => undefined) {
  await writeFile(join(dir, "cdk.tf.json"), JSON.stringify(stack));
  const cliConfigFile = join(dir, "terraform.rc");
  await writeCliConfig(cliConfigFile, { pluginCacheDir: join(dir, "plugins"), mirrorDir: null });
  const binary = await findTerraform({ bin: null, env, signal });
  return new Terraform({ binary, dir, cliConfigFile, env, onEvent });
}

/** Three values, each made by a command. */
function stackOf(command: string): object {
  return {
    terraform: { backend: { local: { path: "terraform.tfstate" } } },
    resource: {
      terraform_data: {
        value: {
          for_each: { a: "1", b: "2", c: "3" },
          input: "${each.value}",
          provisioner: { "local-exec": { command } },
        },
      },
    },
    output: { vms: { value: "${[for key, value in terraform_data.value : key]}" } },
  };
}

test("plan, apply, outputs and destroy, with events on the way and nothing left in the state", async () => {
  await using dir = await tempDir("terraform");
  const events: TerraformEvent[] = [];
  const terraform = await terraformFor(dir.path, stackOf("true"), (event) => events.push(event));
  await terraform.init(call);
  expect(await terraform.plan(call)).toHaveLength(3);
  expect(await terraform.stateCount()).toBe(0);
  await terraform.apply({ ...call, parallelism: 10 });
  expect(await terraform.stateCount()).toBe(3);
  expect((await terraform.stateIds()).size).toBe(3);
  expect(await terraform.outputs(call)).toEqual({ vms: ["a", "b", "c"] });
  expect(events.filter(({ type }) => type === "completed")).toHaveLength(3);
  await terraform.destroy({ ...call, parallelism: 10 });
  expect(await terraform.stateCount()).toBe(0);
});

test("a failed apply says why", async () => {
  await using dir = await tempDir("terraform");
  const terraform = await terraformFor(dir.path, stackOf("echo no room >&2; exit 3"));
  await terraform.init(call);
  await expect(terraform.apply({ ...call, parallelism: 10 })).rejects.toMatchObject({
    name: "TerraformFailure",
    exitCode: 5,
    message: expect.stringMatching(/^terraform apply failed: local-exec provisioner error: .*exit status 3/) as string,
  });
});

test("an abort is passed on, and terraform notes what it had begun", async () => {
  await using dir = await tempDir("terraform");
  const started = Promise.withResolvers<void>();
  const terraform = await terraformFor(dir.path, stackOf("exec sleep 60"), (event) => {
    if (event.type === "started") started.resolve();
  });
  await terraform.init(call);
  const controller = new AbortController();
  const apply = terraform.apply({ signal: controller.signal, timeoutMs: 60_000, parallelism: 1 });
  await started.promise;
  controller.abort(new Error("enough"));
  await expect(apply).rejects.toThrow("enough");
  expect(await terraform.stateCount()).toBe(1);
  await terraform.destroy({ ...call, parallelism: 1 });
  expect(await terraform.stateCount()).toBe(0);
});

test("an apply that takes too long is interrupted, and says so", async () => {
  await using dir = await tempDir("terraform");
  const terraform = await terraformFor(dir.path, stackOf("exec sleep 60"));
  await terraform.init(call);
  await expect(terraform.apply({ signal, timeoutMs: 1000, parallelism: 1 })).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining("terraform apply failed: ") as string,
  });
});

test("a provider that can't be had: the reason, and what to do", async () => {
  await using dir = await tempDir("terraform");
  const required_providers = { nothing: { source: "example/nothing", version: "1.0.0" } };
  const terraform = await terraformFor(dir.path, { terraform: { required_providers } });
  // A mirror that lacks it: no registry is asked.
  await writeCliConfig(join(dir.path, "terraform.rc"), { pluginCacheDir: "", mirrorDir: dir.path });
  await expect(terraform.init(call)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(/^terraform init failed: .*example\/nothing/) as string,
    hint: expect.stringContaining("mirror") as string,
  });
  expect(await readFile(join(dir.path, "terraform.rc"), "utf8")).toContain("filesystem_mirror");
});

test("what is no terraform is refused", async () => {
  await expect(findTerraform({ bin: "/bin/true", env, signal })).rejects.toThrow("neither terraform nor tofu");
  await expect(findTerraform({ bin: "/etc", env, signal })).rejects.toThrow("no such program");
  await expect(findTerraform({ bin: null, env: { PATH: "/nonexistent" }, signal })).rejects.toThrow("on PATH");
});
