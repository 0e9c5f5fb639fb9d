import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { makeKeyPair } from "../../src/fleet/openstack/run-key.ts";
import { connect } from "../../src/remote/ssh-connection.ts";
import { JumpHosts } from "../../src/remote/ssh-jump.ts";
import { resolveTarget } from "../../src/remote/ssh-target.ts";
import { tempDir } from "../lab/temp-dir.ts";

/** Passes everything on until the host falls silent: then not even the end of a connection is answered. */
async function silenceable(port: number) {
  const sockets: Socket[] = [];
  const proxy = createServer({ allowHalfOpen: true }, (socket) => {
    const way = connectTcp({ port, host: "127.0.0.1", allowHalfOpen: true });
    sockets.push(socket, way);
    for (const one of [socket, way]) one.on("error", () => undefined);
    socket.pipe(way).pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    port: (proxy.address() as AddressInfo).port,
    silence: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}

test("a connection to a host that is gone holds nothing once it is closed", async () => {
  await using dir = await tempDir("ssh-connection");
  const [own, host] = [makeKeyPair("own"), makeKeyPair("host")];
  const identityFile = join(dir.path, "id");
  await writeFile(identityFile, own.privateKey, { mode: 0o600 });
  const server = new ssh2.Server({ hostKeys: [host.privateKey] }, (client) => {
    client.on("error", () => undefined).on("authentication", (context) => context.accept());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  using way = await silenceable((server.address() as AddressInfo).port);

  const { ssh } = configSchema.parse({ ssh: { configFile: "/dev/null", agent: false, identityFile } });
  const settings = { ...ssh, home: dir.path, agentSocket: undefined };
  const hostKey = host.publicKey.split(" ").slice(0, 2).join(" ");
  const target = resolveTarget({ name: "gone", address: "127.0.0.1", port: way.port, user: "any", hostKey }, settings);
  const connection = await connect(target, settings, new JumpHosts(settings), AbortSignal.timeout(20_000));
  const { _sock: socket } = connection.client as unknown as { _sock: Socket };
  expect(socket.destroyed).toBe(false);
  way.silence();
  await connection.close();
  expect(socket.destroyed).toBe(true);
  server.close();
});
