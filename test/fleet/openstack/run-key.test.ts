import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { makeKeyPair } from "../../../src/fleet/openstack/run-key.ts";
import { runCommand } from "../../lab/run-command.ts";
import { tempDir } from "../../lab/temp-dir.ts";

test("OpenSSH and ssh2 both read the private key, and it is that of the public one", async () => {
  await using dir = await tempDir("run-key");
  // Comments of all lengths: the padding depends on them.
  for (let length = 0; length < 8; length++) {
    const { privateKey, publicKey } = makeKeyPair(`lkload-run=${"x".repeat(length)}`);
    const file = join(dir.path, `key-${length}`);
    await writeFile(file, privateKey, { mode: 0o600 });
    expect((await runCommand("ssh-keygen", ["-y", "-f", file])).trim()).toBe(publicKey);
    const parsed = ssh2.utils.parseKey(privateKey);
    if (parsed instanceof Error) throw parsed;
    expect(parsed.isPrivateKey()).toBe(true);
    expect(parsed.getPublicSSH().toString("base64")).toBe(publicKey.split(" ")[1]);
    const signature = parsed.sign("text");
    if (signature instanceof Error) throw signature;
    expect(parsed.verify("text", signature)).toBe(true);
  }
});
