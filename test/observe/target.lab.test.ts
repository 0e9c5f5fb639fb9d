import { createServer } from "node:http";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Secret } from "../../src/config/secret.ts";
import { LkloadError } from "../../src/errors.ts";
import { Target, type TargetAccess } from "../../src/observe/target.ts";
import { scrape } from "../../src/observe/scrape.ts";
import { startLivekitServer, type LivekitServer } from "../lab/livekit-server.ts";

let server: LivekitServer;
let access: TargetAccess;
const noSignal = new AbortController().signal;
beforeAll(async () => {
  server = await startLivekitServer({});
  access = { url: server.url, apiKey: server.apiKey, apiSecret: new Secret(server.apiSecret) };
});
afterAll(() => server[Symbol.asyncDispose]());

async function failureOf(changed: Partial<TargetAccess>): Promise<LkloadError> {
  const error: unknown = await new Target({ ...access, ...changed }).check().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LkloadError);
  return error as LkloadError;
}

describe("a real livekit-server", () => {
  test("answers, lets a participant join, and tells its version", async () => {
    const target = new Target(access);
    await target.check();
    const probe = await target.probeJoin("probe-room", noSignal);
    expect(probe.serverVersion).toMatch(/^\d+\.\d+\.\d+/);
    expect(await target.deleteRooms(["probe-room"], noSignal)).toEqual({ deleted: ["probe-room"], failed: [] });
  });

  test("tells a hidden participant which server has a room: the one whose metrics carry that id", async () => {
    const target = new Target(access);
    const nodeId = await target.nodeOf("where-room", noSignal);
    const { text } = await scrape(server.metricsUrl, () => 7, noSignal);
    expect(text).toContain(`node_id="${nodeId}"`);
    const { rooms } = await target.pollRooms(["where-room"], ["lkload-where"], () => 7);
    expect(rooms).toMatchObject([{ participants: 0 }]);
    await target.deleteRooms(["where-room"], noSignal);
  });

  test("deleting a room that is not there is done already", async () => {
    expect(await new Target(access).deleteRooms(["never-was"], noSignal)).toEqual({
      deleted: ["never-was"],
      failed: [],
    });
  });

  test("says nothing of rooms that do not exist but that nobody is in them", async () => {
    const sample = await new Target(access).pollRooms(["never-was"], ["p"], () => 7);
    expect(sample).toMatchObject({ polledAtMs: 7, error: null });
    expect(sample.rooms).toEqual([{ name: "never-was", participants: 0, publishers: 0, publishedTracks: 0 }]);
  });

  test("a wrong secret is told as such, without the token that the server repeats", async () => {
    const error = await failureOf({ apiSecret: new Secret("another-secret-of-thirty-two-characters") });
    expect(error.message).toContain("refused the API key or secret");
    expect(error.message).not.toContain("eyJ");
    expect(error.exitCode).toBe(5);
  });

  test("a wrong key is told as such", async () => {
    expect((await failureOf({ apiKey: "nobody" })).message).toContain("refused the API key or secret");
  });

  test("https on a port without TLS is told as such", async () => {
    expect((await failureOf({ url: server.url.replace("http", "https") })).message).toMatch(
      /does not speak TLS there$/,
    );
  });

  test("a path that is not LiveKit's is named where nobody can join", async () => {
    const target = new Target({ ...access, url: `${server.url}/some/path` });
    await expect(target.probeJoin("probe-room", noSignal)).rejects.toMatchObject({
      hint: expect.stringContaining("/some/path") as string,
    });
  });

  test("its metrics are scraped, without lines that lkload has no use for", async () => {
    const sample = await scrape(server.metricsUrl, () => 1, new AbortController().signal);
    expect(sample.error).toBeNull();
    expect(sample.text).toContain("livekit_");
    expect(sample.text).not.toContain("go_gc_heap");
  });
});

test("a port that nobody listens on is told as such, and as a failed poll", async () => {
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address() as { port: number };
  free.close();
  await once(free, "close");
  const url = `http://127.0.0.1:${port}`;
  const error = await failureOf({ url });
  expect(error.message).toContain("cannot be reached");
  expect(error.message).toContain("ECONNREFUSED");
  const sample = await new Target({ ...access, url }).pollRooms(["r"], ["p"], () => 7);
  expect(sample.rooms).toBeNull();
  expect(sample.error).toContain("ECONNREFUSED");
  expect((await scrape(`${url}/metrics`, () => 1, new AbortController().signal)).error).toContain("ECONNREFUSED");
});

test("a server that is not LiveKit is told as such", async () => {
  const other = createServer((_, response) => response.writeHead(404).end("nothing here")).listen(0, "127.0.0.1");
  await once(other, "listening");
  try {
    const { port } = other.address() as { port: number };
    expect((await failureOf({ url: `http://127.0.0.1:${port}` })).message).toContain("no LiveKit server");
  } finally {
    other.close();
  }
});
