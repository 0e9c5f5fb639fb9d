/**
 * Answers that a real API server gives only in rare moments (429, 410 in the middle of a list, a token that has just
 * expired), over real TLS with a real kubeconfig. Everything else is tested on a real one: *.kubernetes.test.ts.
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { makeCertificates } from "../../lab/kubernetes/certificates.ts";
import { writeKubeconfig } from "../../lab/kubernetes/kubeconfig.ts";
import { tempDir } from "../../lab/temp-dir.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface ScriptedServer extends AsyncDisposable {
  readonly kubeconfig: string;
  readonly dir: string;
  /** Writes the kubeconfig anew, as a login does. */
  login(token: string): Promise<void>;
}

export async function startScriptedServer(handler: Handler): Promise<ScriptedServer> {
  await using resources = new AsyncDisposableStack();
  const { path: dir } = resources.use(await tempDir("api-server"));
  await makeCertificates(dir, new AbortController().signal);
  const [key, cert, ca] = await Promise.all(
    ["apiserver.key", "apiserver.crt", "ca.crt"].map((name) => readFile(join(dir, name))),
  );
  const server = createServer({ key: key!, cert: cert! }, handler);
  await once(server.listen(0, "127.0.0.1"), "listening");
  resources.defer(async () => {
    server.closeAllConnections();
    await once(server.close(), "close");
  });
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(dir, "kubeconfig");
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    "certificate-authority-data": ca!.toString("base64"),
  };
  const login = (token: string) => writeKubeconfig(kubeconfig, { cluster, user: { token }, namespace: "livekit" });
  await login("first");
  const owned = resources.move();
  return { kubeconfig, dir, login, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
