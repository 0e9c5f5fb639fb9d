/** Against a real HTTP server on the loopback. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { Cloud } from "../../../../src/fleet/openstack/rest/cloud.ts";
import { findCredentials } from "../../../../src/fleet/openstack/rest/find-credentials.ts";
import { send } from "../../../../src/fleet/openstack/rest/http.ts";
import { reasonOf } from "../../../../src/fleet/openstack/rest/openstack-error.ts";

const signal = AbortSignal.timeout(60_000);
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Answer): Promise<{ url: string; requests: string[] } & AsyncDisposable> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume().on("end", () => answer(request, response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.closeAllConnections();
    await once(server.close(), "close");
  };
  return { url, requests, [Symbol.asyncDispose]: close };
}

/** Answers with the statuses in turn; 0 breaks the connection. */
const statuses = (...codes: number[]): Answer => {
  let next = 0;
  return (request, response) => {
    const code = codes[Math.min(next++, codes.length - 1)] ?? 200;
    if (code === 0) request.socket.destroy();
    else response.writeHead(code).end("{}");
  };
};

test.each([
  ["GET", [503, 0, 200], 200, 3],
  ["DELETE", [500, 204], 204, 2],
  ["GET", [404], 404, 1],
  ["POST", [409], 409, 1],
] as const)("%s answered %o", async (method, codes, status, tries) => {
  await using server = await serve(statuses(...codes));
  expect(await send({ method, url: server.url, headers: {}, signal })).toMatchObject({ status });
  expect(server.requests).toHaveLength(tries);
});

test("a POST is not sent twice: something may have come of it", async () => {
  await using server = await serve(statuses(503, 200));
  const request = { method: "POST", url: `${server.url}/servers?x=1`, headers: {}, signal } as const;
  await expect(send(request)).rejects.toMatchObject({
    message: `POST ${server.url}/servers: HTTP status 503`,
    status: 503,
    exitCode: 5,
  });
  expect(server.requests).toHaveLength(1);
});

test("nobody there: the reason, not `fetch failed`", async () => {
  const gone = await serve(statuses(200));
  await gone[Symbol.asyncDispose]();
  const request = { method: "POST", url: gone.url, headers: {}, signal } as const;
  await expect(send(request)).rejects.toThrow(/ECONNREFUSED/);
});

test("an abort ends the waiting between two tries", async () => {
  await using server = await serve(statuses(503));
  const controller = new AbortController();
  const request = send({ method: "GET", url: server.url, headers: {}, signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(request).rejects.toThrow(/enough|aborted/);
});

test.each([
  ['{"forbidden": {"code": 403, "message": "Quota exceeded"}}', "Quota exceeded"],
  ['{"NeutronError": {"type": "OverQuota", "message": "No more", "detail": ""}}', "No more"],
  ['{"error": {"code": 401, "message": "Not you"}}', "Not you"],
  ["<html>", "HTTP status 403"],
  ["", "HTTP status 403"],
])("the reason in %s", (body, reason) => {
  expect(reasonOf(403, body)).toBe(reason);
});

/** A cloud whose Nova lists servers in pages, and whose first token is refused once. */
async function cloudAt(url: string): Promise<Cloud> {
  const env = { OS_AUTH_URL: url, OS_USERNAME: "ada", OS_PASSWORD: "x", OS_PROJECT_NAME: "load" };
  return Cloud.connect(await findCredentials(null, { env, home: "/nonexistent", cwd: "/" }), signal);
}

const keystone = (url: string) => ({
  token: {
    project: { id: "p1", name: "load" },
    user: { id: "u1", name: "ada" },
    catalog: [
      { type: "compute", endpoints: [{ interface: "public", region: "R1", url: `${url}/compute/v2.1/p1` }] },
      { type: "network", endpoints: [{ interface: "public", region: "R1", url: `${url}/net/` }] },
    ],
  },
});

test("pages are followed, a token that has run out is replaced, versions are as the services want them", async () => {
  let tokens = 0;
  const seen: unknown[] = [];
  await using server = await serve((request, response) => {
    const { url = "", headers } = request;
    if (url === "/v3/auth/tokens") {
      tokens += 1;
      response.writeHead(201, { "x-subject-token": `t${tokens}` }).end(JSON.stringify(keystone(server.url)));
    } else if (headers["x-auth-token"] === "t1") response.writeHead(401).end();
    else {
      seen.push(url, headers["openstack-api-version"]);
      const next = [{ rel: "next", href: "http://inside:8774/v2.1/servers/detail?marker=a" }];
      const page = url.includes("marker") ? { servers: ["b"] } : { servers: ["a"], servers_links: next };
      response.writeHead(200).end(JSON.stringify(page));
    }
  });
  const cloud = await cloudAt(server.url);
  expect(await cloud.list("compute", "/servers/detail", "servers", signal)).toEqual(["a", "b"]);
  await cloud.list("network", "/ports", "ports", signal);
  expect(seen).toEqual([
    "/compute/v2.1/p1/servers/detail",
    "compute 2.64",
    "/compute/v2.1/p1/servers/detail?marker=a",
    "compute 2.64",
    "/net/v2.0/ports",
    undefined,
  ]);
  expect([cloud.projectName, cloud.has("volume"), tokens]).toEqual(["load", false, 2]);
  await expect(cloud.list("image", "/images", "images", signal)).rejects.toMatchObject({
    message: "the OS_* variables: the cloud has no image service",
    hint: "regions: R1",
  });
});

test("what is gone already is as good as deleted; a refusal has the cloud's reason", async () => {
  await using server = await serve((request, response) => {
    if (request.method === "POST")
      response.writeHead(201, { "x-subject-token": "t" }).end(JSON.stringify(keystone(server.url)));
    else if (request.url?.endsWith("/gone")) response.writeHead(404).end();
    else response.writeHead(409).end('{"NeutronError": {"message": "in use"}}');
  });
  const cloud = await cloudAt(server.url);
  await cloud.delete("network", "/ports/gone", signal);
  expect(await cloud.find("network", "/ports/gone", signal)).toBeUndefined();
  await expect(cloud.delete("network", "/ports/held", signal)).rejects.toMatchObject({
    message: `DELETE ${server.url}/net/v2.0/ports/held: in use`,
    status: 409,
  });
});

test("wrong credentials: Keystone's words", async () => {
  await using server = await serve((_, response) => {
    response
      .writeHead(401)
      .end('{"error": {"code": 401, "message": "The request you have made requires authentication."}}');
  });
  await expect(cloudAt(server.url)).rejects.toMatchObject({
    message: "the OS_* variables: Keystone refuses: The request you have made requires authentication.",
    exitCode: 5,
  });
});
