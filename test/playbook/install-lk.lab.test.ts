import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { configSchema, type ConfigInput } from "../../src/config/schema.ts";
import { installLk, type Installed } from "../../src/playbook/install-lk.ts";
import { LkloadError } from "../../src/errors.ts";
import { ensureLk, lkVersion } from "../lab/binaries.ts";
import { tempDir, type TempDir } from "../lab/temp-dir.ts";
import { labHost, type LabHost, through } from "./lab-host.ts";

const arch = process.arch === "arm64" ? "arm64" : "amd64";
type Cli = NonNullable<NonNullable<ConfigInput["livekit"]>["cli"]>;

let releases: TempDir;
let baseUrl: string;
let lk: string;
let sha256: string;
const requests: string[] = [];
const server = createServer((request, response) => {
  requests.push(request.url ?? "");
  readFile(join(releases.path, request.url ?? "")).then(
    (body) => response.end(body),
    () => response.writeHead(404).end(),
  );
});

/** A release as the project publishes it. */
async function release(version: string, options: { damaged?: boolean; binary?: string } = {}) {
  const dir = join(releases.path, `v${version}`);
  await mkdir(dir);
  const name = `lk_${version}_linux_${arch}.tar.gz`;
  const content = join(releases.path, `content-${version}`);
  await mkdir(content);
  await copyFile(options.binary ?? lk, join(content, "lk"));
  await chmod(join(content, "lk"), 0o755);
  await writeFile(join(content, "LICENSE"), "Apache\n");
  execFileSync("tar", ["-cf", join(dir, name), "-I", "gzip -1", "-C", content, "LICENSE", "lk"]);
  const digest = createHash("sha256")
    .update(await readFile(join(dir, name)))
    .digest("hex");
  await writeFile(
    join(dir, "checksums.txt"),
    `${options.damaged ? digest.replace(/^./, "x").replace("x", digest.startsWith("0") ? "1" : "0") : digest}  ${name}\n`,
  );
}

beforeAll(async () => {
  lk = await ensureLk();
  sha256 = createHash("sha256")
    .update(await readFile(lk))
    .digest("hex");
  releases = await tempDir("releases");
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  baseUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  await release(lkVersion);
  await release("9.9.9", { damaged: true });
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await releases[Symbol.asyncDispose]();
});

function install(host: LabHost, cli: Cli, more: { cacheDir?: string } = {}): Promise<Installed> {
  const parsed = configSchema.parse({ livekit: { cli: { version: lkVersion, baseUrl, ...cli } } }).livekit.cli;
  return installLk(host.remote, { ...host.scope, cli: parsed, arch, ...more });
}

test("the host downloads the release, checks it, and keeps it", async () => {
  await using host = await labHost();
  const first = await install(host, { source: "download", sha256: { [arch]: sha256 } });
  expect(first.lk).toEqual({ path: join(host.dir, "lk"), version: lkVersion, sha256, source: "download" });
  expect(first.changed).toHaveLength(1);
  const asked = requests.length;
  const second = await install(host, { source: "download", sha256: { [arch]: sha256 } });
  expect(second).toEqual({ lk: { ...first.lk, source: "kept" }, changed: [] });
  // Without a pinned digest, what was checked at its download counts.
  expect((await install(host, { source: "download" })).lk.source).toBe("kept");
  expect(requests.length).toBe(asked);
});

test("a binary that was touched after it was checked is not kept", async () => {
  await using host = await labHost();
  await install(host, { source: "download", sha256: { [arch]: sha256 } });
  execFileSync("sh", ["-c", 'printf x >>"$1"', "sh", join(host.dir, "lk")]);
  const again = await install(host, { source: "download", sha256: { [arch]: sha256 } });
  expect(again.lk).toMatchObject({ sha256, source: "download" });
  expect(
    createHash("sha256")
      .update(await readFile(join(host.dir, "lk")))
      .digest("hex"),
  ).toBe(sha256);
});

test("another run on the host finds it there", async () => {
  await using host = await labHost();
  await install(host, { source: "download" });
  const asked = requests.length;
  const other = { ...host, scope: { ...host.scope, runId: "run-2" } };
  expect((await install(other, { source: "download" })).lk.source).toBe("kept");
  expect(requests.length).toBe(asked);
});

test("a release that is not what its checksums say is refused, and nothing of it stays", async () => {
  await using host = await labHost();
  await expect(install(host, { source: "download", version: "9.9.9" })).rejects.toThrow(
    /install-lk\.sh: .*\/v9\.9\.9\/lk_9\.9\.9_linux_\w+\.tar\.gz has SHA-256 [0-9a-f]{64}, but the release's checksums\.txt says/,
  );
  expect(existsSync(join(host.dir, "lk"))).toBe(false);
  expect(existsSync(join(host.dir, "lk.draft"))).toBe(false);
});

test("a release whose binary has not the pinned digest is refused", async () => {
  await using host = await labHost();
  await expect(install(host, { source: "download", sha256: { [arch]: "0".repeat(64) } })).rejects.toThrow(
    /lk has SHA-256 [0-9a-f]{64}, but 0{64} is expected: check livekit\.cli\.sha256/,
  );
});

test("a version that does not exist is named, with the way out", async () => {
  await using host = await labHost();
  await expect(install(host, { source: "download", version: "1.2.3" })).rejects.toThrow(
    /cannot download .*\/v1\.2\.3\/checksums\.txt: .*404.*; set livekit\.cli\.source: push/,
  );
});

test.runIf(process.getuid?.() === 0)(
  "a binary at a path is used where it stands, or pushed to a host that does not have it",
  async () => {
    await using host = await labHost();
    await using here = await tempDir("lk");
    await using cache = await tempDir("cache");
    const cacheDir = cache.path;
    const path = join(here.path, "lk");
    await symlink(lk, path);
    expect((await install(host, { source: "path", path })).lk).toMatchObject({ sha256, source: `kept: ${path}` });

    // A host that cannot see this folder.
    await using far = await labHost("h2");
    const hiding = ["unshare", "-m", "sh", "-c", `mount -t tmpfs none '${here.path}' && exec "$@"`, "sh"];
    const blind = { ...far, remote: through(far.remote, hiding) };
    const pushed = await install(blind, { source: "path", path }, { cacheDir });
    expect(pushed.lk).toMatchObject({ sha256, source: "path" });
    expect(
      createHash("sha256")
        .update(await readFile(join(far.dir, "lk")))
        .digest("hex"),
    ).toBe(sha256);
    expect(existsSync(join(far.dir, "lk.pushed"))).toBe(false);
    const suffix = spawnSync("sh", ["-c", "command -v zstd"]).status === 0 ? "zst" : "gz";
    expect(await readdir(join(cacheDir, "push"))).toEqual([`${sha256}.${suffix}`]);
  },
);

test("to push, this machine downloads the release once, and checks it", async () => {
  await using host = await labHost();
  await using cache = await tempDir("cache");
  const cacheDir = cache.path;
  const asked = requests.length;
  const both = await Promise.all([
    install(host, { source: "push" }, { cacheDir }),
    install({ ...host, scope: { ...host.scope, host: "h2" } }, { source: "push" }, { cacheDir }),
  ]);
  for (const { lk: installed } of both) expect(installed).toMatchObject({ version: lkVersion, sha256 });
  expect(requests.slice(asked)).toEqual([
    `/v${lkVersion}/checksums.txt`,
    `/v${lkVersion}/lk_${lkVersion}_linux_${arch}.tar.gz`,
  ]);
  expect((await install(host, { source: "push" }, { cacheDir })).changed).toEqual([]);
  expect(requests.length).toBe(asked + 2);
  await expect(install(host, { source: "push", version: "9.9.9" }, { cacheDir })).rejects.toThrow(LkloadError);
  await expect(install(host, { source: "push", sha256: { [arch]: "0".repeat(64) } }, { cacheDir })).rejects.toThrow(
    /livekit\.cli\.sha256\.\w+ is 0{64}/,
  );
});

test("a binary for another machine, another version, or no program at all is refused before it is used", async () => {
  await using host = await labHost();
  await using dir = await tempDir("wrong");
  const path = join(dir.path, "lk");
  const bytes = await readFile(lk);
  // e_machine: 0x3e is x86-64, 0xb7 AArch64.
  bytes[18] = arch === "amd64" ? 0xb7 : 0x3e;
  await writeFile(path, bytes, { mode: 0o755 });
  await expect(install(host, { source: "path", path })).rejects.toThrow(/lk is built for (arm64|amd64); this host is/);
  await rm(path);
  await writeFile(path, "#!/bin/sh\n", { mode: 0o755 });
  await expect(install(host, { source: "path", path })).rejects.toThrow(/lk is not a Linux program/);
  await expect(install(host, { source: "path", path: lk, version: "2.17.0" })).rejects.toThrow(
    new RegExp(`this lk says it is version ${lkVersion.replaceAll(".", "\\.")}; 2\\.17\\.0 is wanted`),
  );
});
