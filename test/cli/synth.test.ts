import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TestFolder } from "./test-system.ts";

const stackDir = (place: string) => join("terraform", place, "stacks", "load-generators");
type Stack = { terraform: { backend: Record<string, unknown> }; resource: Record<string, object> };

async function stackOf(folder: TestFolder, out = "lkload-stack", place = "cloud") {
  const file = join(folder.dir, out, stackDir(place), "cdk.tf.json");
  const text = await readFile(file, "utf8");
  return { file, text, stack: JSON.parse(text) as Stack, mode: (await stat(file)).mode & 0o777 };
}

describe("lkload synth", () => {
  test("writes the stack with nothing secret in it, and a key to go on with", async () => {
    await using folder = await TestFolder.make();
    const { exitCode, stdout } = await folder.lkload(["synth", "--vms", "2", "--ssh-from", "192.0.2.1/32"]);
    expect(exitCode).toBe(0);
    const { file, text, stack, mode } = await stackOf(folder);
    expect(stdout).toBe(`${join(file, "..")}\n`);
    expect(mode).toBe(0o600);
    expect(text).not.toContain("PRIVATE KEY");
    expect(stack.terraform.backend).toEqual({ local: { path: "terraform.tfstate" } });
    const key = join(folder.dir, "lkload-stack", "ssh", "id_ed25519");
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect(text).toContain((await readFile(`${key}.pub`, "utf8")).trim());
  });

  test("one stack per cloud, with VMs numbered through, in the folder that is named", async () => {
    const yaml = "openstack: { sshFrom: [2001:db8::1/128], clouds: [{ cloud: a, vms: 1 }, { cloud: b, vms: 1 }] }\n";
    await using folder = await TestFolder.make({ "lkload.yaml": yaml });
    expect((await folder.lkload(["synth", "--out", "there"])).exitCode).toBe(0);
    const [first, second] = [await stackOf(folder, "there", "cloud-1"), await stackOf(folder, "there", "cloud-2")];
    expect(first.text).toMatch(/"cloud": "a"/);
    expect(first.text).toMatch(/-01"/);
    expect(second.text).toMatch(/"cloud": "b"/);
    expect(second.text).toMatch(/-02"/);
  });

  test("host keys in user data only where they are asked for; a backend of one's own", async () => {
    const backend = '{ type: s3, config: { bucket: b, key: "{run}.tfstate" } }';
    const yaml = `ssh: { hostKeys: user-data }\nopenstack: { vms: 1, sshFrom: [192.0.2.1/32], terraform: { backend: ${backend} } }\n`;
    await using folder = await TestFolder.make({ "lkload.yaml": yaml });
    expect((await folder.lkload(["synth"])).exitCode).toBe(0);
    const { text, stack, mode } = await stackOf(folder);
    expect(mode).toBe(0o600);
    expect(text).toContain("BEGIN OPENSSH PRIVATE KEY");
    expect(stack.terraform.backend).toEqual({
      s3: { bucket: "b", key: expect.stringMatching(/^lkload-20260101-000000-\w{4}\.tfstate$/) as string },
    });
  });

  test("without VMs there is nothing to write", async () => {
    await using folder = await TestFolder.make();
    const { exitCode, stderr } = await folder.lkload(["synth", "--local"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("makes no VMs");
    expect(await folder.list()).toEqual([]);
  });
});
