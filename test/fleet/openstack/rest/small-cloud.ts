/** A cloud of a few lists on the loopback, for orders of events that a real one gives only now and then. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Cloud } from "../../../../src/fleet/openstack/rest/cloud.ts";
import { findCredentials } from "../../../../src/fleet/openstack/rest/find-credentials.ts";
import { removeItem, type Item } from "../../../lab/terraform-provider/records.ts";

export interface SmallCloud extends AsyncDisposable {
  cloud: Cloud;
  /** OS_* variables. */
  env: Record<string, string>;
  /** By the last part of their path: `servers`, `ports`, `security-groups` … With `volumes` there is a Cinder. */
  items: Record<string, Item[]>;
  /** Whole answers to a GET, by the first part of its path: `limits`, `quotas`. */
  answers: Record<string, unknown>;
  /** `DELETE /ports/1` in the order in which they came. */
  deletes: string[];
  /** Called before each list of servers, which begins an inventory. */
  onInventory: () => void;
  /** The reason why this may not be deleted now. */
  refuses: (kind: string, id: string) => string | undefined;
}

export async function smallCloud(items: Record<string, Item[]>): Promise<SmallCloud> {
  const state: Omit<SmallCloud, "cloud" | "env" | typeof Symbol.asyncDispose> = {
    items,
    answers: {},
    deletes: [],
    onInventory: () => undefined,
    refuses: () => undefined,
  };
  const server = createServer((request, response) => {
    const [, , kind = "", id = ""] = new URL(request.url ?? "", "http://unused").pathname.split("/");
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
      if (kind === "auth") {
        response.setHeader("x-subject-token", "t");
        answer(201, token(url, state.items["volumes"] !== undefined));
      } else if (request.method === "PUT") {
        // The one that the sweep sends: a router's interface goes.
        const { port_id } = JSON.parse(Buffer.concat(chunks).toString()) as { port_id: string };
        state.deletes.push(`router interface ${port_id}`);
        state.items["ports"] = (state.items["ports"] ?? []).filter((item) => item.id !== port_id);
        answer(200, {});
      } else if (request.method === "DELETE") {
        state.deletes.push(`${kind} ${id}`);
        const reason = state.refuses(kind, id);
        if (reason !== undefined) answer(409, { NeutronError: { message: reason } });
        else {
          removeItem(state.items, kind, id);
          response.writeHead(204).end();
        }
      } else if (state.answers[kind] !== undefined) answer(200, state.answers[kind]);
      else if (id === "" || id === "detail") {
        if (kind === "servers") state.onInventory();
        answer(200, { [listKeys[kind] ?? kind.replaceAll("-", "_")]: state.items[kind] ?? [] });
      } else {
        const item = (state.items[kind] ?? []).find((item) => item.id === id);
        answer(item === undefined ? 404 : 200, { [kind.replace(/s$/, "")]: item });
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { OS_AUTH_URL: url, OS_USERNAME: "ada", OS_PASSWORD: "x", OS_PROJECT_NAME: "load" };
  const credentials = await findCredentials(null, { env, home: "/nonexistent", cwd: "/" });
  const cloud = await Cloud.connect(credentials, AbortSignal.timeout(60_000));
  const close = async () => {
    server.closeAllConnections();
    await once(server.close(), "close");
  };
  return Object.assign(state, { cloud, env, [Symbol.asyncDispose]: close });
}

const listKeys: Record<string, string> = {
  "os-keypairs": "keypairs",
  "os-server-groups": "server_groups",
  "os-availability-zone": "availabilityZoneInfo",
};

const token = (url: string, hasVolumes: boolean) => ({
  token: {
    project: { id: "p1", name: "load" },
    user: { id: "u1", name: "ada" },
    catalog: [
      { type: "compute", endpoints: [{ interface: "public", region: "R1", url: `${url}/v2.1` }] },
      { type: "network", endpoints: [{ interface: "public", region: "R1", url: `${url}/v2.0` }] },
      { type: "image", endpoints: [{ interface: "public", region: "R1", url: `${url}/v2` }] },
      ...(hasVolumes
        ? [{ type: "volumev3", endpoints: [{ interface: "public", region: "R1", url: `${url}/v3` }] }]
        : []),
    ],
  },
});
