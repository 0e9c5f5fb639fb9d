/** Keeps one terraform state in memory, for terraform's backend `http`: a state that is somewhere else. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface StateServer extends AsyncDisposable {
  /** For the stack's specification. */
  readonly backend: { type: "http"; config: { address: string } };
  /** How often it was written. */
  readonly writes: number;
}

export async function startStateServer(): Promise<StateServer> {
  let state = "";
  let writes = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    if (request.method === "POST") {
      state = body;
      writes += 1;
    }
    response.statusCode = request.method === "GET" && state === "" ? 404 : 200;
    response.end(request.method === "GET" ? state : "");
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    backend: { type: "http", config: { address: `http://127.0.0.1:${port}/` } },
    get writes() {
      return writes;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
