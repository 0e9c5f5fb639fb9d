import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../run-command.ts";
import { tempDir } from "../temp-dir.ts";
import { fetchRelease } from "./release.ts";

const signal = new AbortController().signal;
const archive = "lk_1.0.0_linux_amd64.tar.gz";

/** Serves these files by name; everything else is 404. */
async function serve(files: Record<string, Buffer | string>) {
  const server = createServer((request, response) => {
    const content = files[(request.url ?? "/").slice(1)];
    if (content === undefined) response.writeHead(404).end();
    else response.end(content);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}

async function makeArchive(dir: string): Promise<Buffer> {
  await mkdir(join(dir, "content"));
  await writeFile(join(dir, "content", "lk"), "the binary");
  await writeFile(join(dir, "content", "LICENSE"), "");
  await runCommand("tar", ["-czf", join(dir, archive), "-C", join(dir, "content"), "lk", "LICENSE"]);
  return readFile(join(dir, archive));
}

test("the binary of a verified archive is unpacked", async () => {
  await using dir = await tempDir("release");
  const content = await makeArchive(dir.path);
  const sha256 = createHash("sha256").update(content).digest("hex");
  await using server = await serve({
    [archive]: content,
    "checksums.txt": `${"0".repeat(64)}  other\n${sha256}  ${archive}\n`,
  });
  await using target = await tempDir("release");
  const unavailable = await fetchRelease({ baseUrl: server.baseUrl, archive, binary: "lk" }, target.path, signal);
  expect(unavailable).toBeUndefined();
  expect(await readFile(join(target.path, "lk"), "utf8")).toBe("the binary");
});

test.each([
  ["a wrong checksum", `${"0".repeat(64)}  ${archive}\n`, /SHA-256 [0-9a-f]{64}, but checksums.txt says 0{64}/],
  ["no checksum", "", /checksums.txt says nothing about it/],
])("an archive with %s is refused", async (_name, checksums, message) => {
  await using dir = await tempDir("release");
  await using server = await serve({ [archive]: "not the release", "checksums.txt": checksums });
  const fetching = fetchRelease({ baseUrl: server.baseUrl, archive, binary: "lk" }, dir.path, signal);
  await expect(fetching).rejects.toThrow(message);
});

test("a release that cannot be had is told, with the reason", async () => {
  await using dir = await tempDir("release");
  await using server = await serve({});
  const release = { baseUrl: server.baseUrl, archive, binary: "lk" };
  expect(await fetchRelease(release, dir.path, signal)).toMatch(/HTTP 404 from .*checksums.txt/);
  const nobody = { ...release, baseUrl: "http://127.0.0.1:1" };
  expect(await fetchRelease(nobody, dir.path, signal)).toMatch(/./);
});
