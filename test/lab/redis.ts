/** A Redis for LiveKit servers that work as one, on a free loopback port, gone when the block ends. */
import { join } from "node:path";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { freeTcpPorts } from "./free-port.ts";
import { Part } from "./kubernetes/part.ts";
import { tempDir } from "./temp-dir.ts";

const readyWithinMs = 20_000;

export async function startRedis(): Promise<AsyncDisposable & { readonly address: string }> {
  await using resources = new AsyncDisposableStack();
  const { path: dir } = resources.use(await tempDir("redis"));
  const [port = 0] = await freeTcpPorts("127.0.0.1", 1);
  const flags = { bind: "127.0.0.1", port: String(port), save: "", appendonly: "no", dir };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const part = resources.use(new Part(["redis-server", ...args], join(dir, "redis.log")));
  await part.start();
  const deadline = performance.now() + readyWithinMs;
  while (!(await answers(port))) {
    if (!part.isRunning || performance.now() > deadline) throw new Error(`redis-server: ${await part.tail()}`);
    await delay(50);
  }
  const owned = resources.move();
  return { address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.setTimeout(1000, () => socket.destroy());
    socket.once("data", (data) => {
      resolve(data.toString().startsWith("+PONG"));
      socket.destroy();
    });
    socket.once("error", () => undefined);
    socket.once("close", () => resolve(false));
  });
}
