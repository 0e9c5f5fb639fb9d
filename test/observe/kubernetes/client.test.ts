import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { KubernetesClient } from "../../../src/observe/kubernetes/client.ts";
import { KubernetesConnection } from "../../../src/observe/kubernetes/connection.ts";
import { json, startScriptedServer } from "./api-server.ts";

const within = (ms: number) => AbortSignal.timeout(ms);

describe("requests", () => {
  test("wait as long as the server asks for", async () => {
    const askedAt: number[] = [];
    await using server = await startScriptedServer((_, response) => {
      askedAt.push(performance.now());
      if (askedAt.length === 1) json(response, 429, { message: "too many requests" }, { "retry-after": "1" });
      else json(response, 200, { ok: true });
    });
    using connection = await KubernetesConnection.open({ kubeconfig: server.kubeconfig });
    const client = new KubernetesClient(connection);
    expect(await client.call("/x", { signal: within(30_000) })).toEqual({ ok: true });
    expect(askedAt[1]! - askedAt[0]!).toBeGreaterThanOrEqual(950);
  });

  test("do not wait beyond their own time", async () => {
    let asked = 0;
    await using server = await startScriptedServer((_, response) => {
      asked += 1;
      json(response, 429, { message: "too many requests" }, { "retry-after": "3600" });
    });
    using connection = await KubernetesConnection.open({ kubeconfig: server.kubeconfig });
    const client = new KubernetesClient(connection);
    await expect(client.call("/x", { signal: within(2000) })).rejects.toMatchObject({ status: 429 });
    // Nor do the others disturb the server meanwhile.
    await expect(client.call("/y", { signal: within(2000) })).rejects.toMatchObject({ status: 429 });
    expect(asked).toBe(1);
  });

  test("read the credentials anew when they are refused", async () => {
    const tokens: (string | undefined)[] = [];
    await using server = await startScriptedServer((request, response) => {
      tokens.push(request.headers.authorization);
      if (request.headers.authorization === "Bearer second") json(response, 200, {});
      else json(response, 401, { message: "Unauthorized", reason: "Unauthorized" });
    });
    using connection = await KubernetesConnection.open({ kubeconfig: server.kubeconfig });
    const client = new KubernetesClient(connection);
    await expect(client.call("/x", { signal: within(30_000) })).rejects.toMatchObject({
      status: 401,
      message: "HTTP 401: Unauthorized",
    });
    await server.login("second");
    await client.call("/x", { signal: within(30_000) });
    expect(tokens).toEqual(["Bearer first", "Bearer first", "Bearer first", "Bearer second"]);
  });

  test("end in time when nobody answers", async () => {
    await using server = await startScriptedServer(() => undefined);
    using connection = await KubernetesConnection.open({ kubeconfig: server.kubeconfig });
    await expect(new KubernetesClient(connection).call("/x", { signal: within(300) })).rejects.toEqual(
      expect.objectContaining({ name: "ApiError", status: null, message: "no answer in time" }),
    );
  });

  test("tell plain text that aggregated APIs answer with", async () => {
    await using server = await startScriptedServer((_, response) => {
      response.writeHead(503, { "content-type": "text/plain" }).end("service unavailable\n");
    });
    using connection = await KubernetesConnection.open({ kubeconfig: server.kubeconfig });
    await expect(new KubernetesClient(connection).call("/x", { signal: within(30_000) })).rejects.toThrow(
      "HTTP 503: service unavailable",
    );
  });
});

describe("lists", () => {
  const names = (item: unknown) => (item as { name: string }).name;

  test("by the page", async () => {
    const queries: string[] = [];
    await using server = await startScriptedServer((request, response) => {
      queries.push(request.url ?? "");
      const isSecond = request.url?.includes("continue=more") ?? false;
      const metadata = { resourceVersion: "7", ...(isSecond ? {} : { continue: "more" }) };
      json(response, 200, { metadata, items: isSecond ? [{ name: "c" }] : [{ name: "a" }, { name: "b" }] });
    });
    using connection = await KubernetesConnection.open({ kubeconfig: server.kubeconfig });
    const query = { labelSelector: "app=x" };
    const listed = await new KubernetesClient(connection).list("/pods", { query, signal: within(30_000) }, names);
    expect(listed).toEqual({ items: ["a", "b", "c"], resourceVersion: "7" });
    expect(queries[0]).toBe("/pods?labelSelector=app%3Dx&limit=500");
    expect(queries).toHaveLength(2);
  });

  test("start over once when they expire on the way", async () => {
    let asked = 0;
    await using server = await startScriptedServer((request, response) => {
      asked += 1;
      if (request.url?.includes("continue")) json(response, 410, { message: "expired", reason: "Expired" });
      else if (asked > 2) json(response, 200, { items: [{ name: "all" }] });
      else json(response, 200, { metadata: { continue: "more" }, items: [{ name: "a" }] });
    });
    using connection = await KubernetesConnection.open({ kubeconfig: server.kubeconfig });
    const { items } = await new KubernetesClient(connection).list("/pods", { signal: within(30_000) }, names);
    expect(items).toEqual(["all"]);
  });
});

describe("which cluster", () => {
  test("context and namespace can be chosen", async () => {
    await using server = await startScriptedServer((_, response) => json(response, 200, {}));
    using connection = await KubernetesConnection.open({ kubeconfig: server.kubeconfig, context: "lab" });
    expect([connection.contextName, connection.namespace]).toEqual(["lab", "livekit"]);
    using other = await KubernetesConnection.open({ kubeconfig: server.kubeconfig, namespace: "media" });
    expect(other.namespace).toBe("media");
    await expect(
      KubernetesConnection.open({ kubeconfig: server.kubeconfig, context: "production" }),
    ).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining("has no context production"),
      hint: expect.stringContaining("it has lab"),
    });
  });

  test("a file that is not there, or is no kubeconfig, is named", async () => {
    await using server = await startScriptedServer((_, response) => json(response, 200, {}));
    const missing = join(server.dir, "missing");
    await expect(KubernetesConnection.open({ kubeconfig: missing })).rejects.toThrow(`${missing} cannot be read`);
    const broken = join(server.dir, "broken");
    await writeFile(broken, "just text\n");
    await expect(KubernetesConnection.open({ kubeconfig: broken })).rejects.toMatchObject({ exitCode: 5 });
  });

  test("a server that another authority vouches for is not trusted", async () => {
    await using server = await startScriptedServer((_, response) => json(response, 200, {}));
    await using other = await startScriptedServer((_, response) => json(response, 200, {}));
    // The address of one with the authority of the other.
    const [mine, theirs] = await Promise.all([server, other].map(({ kubeconfig }) => readFile(kubeconfig, "utf8")));
    const address = /server: .*/.exec(mine!)![0];
    const mixed = join(server.dir, "mixed");
    await writeFile(mixed, theirs!.replace(/server: .*/, address));
    using connection = await KubernetesConnection.open({ kubeconfig: mixed });
    const client = new KubernetesClient(connection);
    await expect(client.call("/x", { signal: within(30_000) })).rejects.toMatchObject({
      status: null,
      message: expect.stringMatching(/certificate|signature/),
    });
  });
});
