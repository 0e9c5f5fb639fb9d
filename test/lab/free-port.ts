import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below the range from which the kernel takes the ports of outgoing connections, of which a load test has thousands:
 * a port that is free now stays so until its server binds it.
 */
const range = { first: 20_000, last: 29_999 };
/** Test files that run beside each other do not ask for the same ports: each worker of vitest has a quarter. */
const slice = {
  size: (range.last - range.first + 1) / 4,
  number: Number(process.env["VITEST_POOL_ID"] ?? 0) % 4,
};

/** TCP ports that are free on the address, all different. */
export async function freeTcpPorts(address: string, count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await firstFree((port) => canListenTcp(address, port)));
  return [...ports];
}

/** A UDP port that is free on the address. */
export async function freeUdpPort(address: string): Promise<number> {
  return firstFree((port) => canBindUdp(address, port));
}

async function firstFree(isFree: (port: number) => Promise<boolean>): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = range.first + Math.floor((slice.number + Math.random()) * slice.size);
    if (await isFree(port)) return port;
  }
  throw new Error(`found no free port between ${range.first} and ${range.last}`);
}

async function canListenTcp(address: string, port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, address);
  if (!(await succeeds(once(server, "listening")))) return false;
  await once(server.close(), "close");
  return true;
}

async function canBindUdp(address: string, port: number): Promise<boolean> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  socket.bind(port, address);
  const bound = await succeeds(once(socket, "listening"));
  socket.close();
  return bound;
}

/** False for "address in use"; other errors, such as an address that this machine does not have, are thrown. */
async function succeeds(event: Promise<unknown>): Promise<boolean> {
  try {
    await event;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return false;
    throw error;
  }
}
