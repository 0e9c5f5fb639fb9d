/**
 * The API server's way to pods and metrics-server: an HTTP CONNECT proxy on a Unix socket. The API server refuses pods
 * with loopback addresses, so a fake pod's 10.a.b.c is served at 127.a.b.c, same port. Nothing else is reached.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";

export async function startPodProxy(socketPath: string): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on("connect", (request, down: Socket) => {
    sockets.add(down);
    down.on("error", () => undefined);
    const [ip = "", port = ""] = (request.url ?? "").split(":");
    if (!/^(10|127)(\.\d+){3}$/.test(ip)) {
      down.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const up = connect(Number(port), ip.replace(/^10\./, "127."), () => {
      down.write("HTTP/1.1 200 OK\r\n\r\n");
      up.pipe(down).pipe(up);
    });
    sockets.add(up);
    up.on("error", (error: NodeJS.ErrnoException) => down.end(`HTTP/1.1 502 ${error.code ?? "failed"}\r\n\r\n`));
    down.on("close", () => {
      sockets.delete(down);
      up.destroy();
    });
    up.on("close", () => {
      sockets.delete(up);
      down.destroy();
    });
  });
  await once(server.listen(socketPath), "listening");
  return {
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}
