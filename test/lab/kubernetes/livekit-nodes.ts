/**
 * Real LiveKit servers behind fake pods: each answers at the loopback address that the API server's proxy takes for its
 * pod's, and all of them are one LiveKit by a Redis that they share.
 */
import { startLivekitServer, type LivekitServer } from "../livekit-server.ts";
import { startRedis } from "../redis.ts";
import type { LabPod } from "./livekit-cluster.ts";

/** As the chart names it; the pods' container port `metrics`. */
const metricsPort = 6789;

export interface LivekitNodes extends AsyncDisposable {
  readonly servers: readonly { readonly pod: string; readonly server: LivekitServer }[];
}

/** @param pods each gets a server of its own: they must have addresses */
export async function startLivekitNodes(pods: readonly LabPod[]): Promise<LivekitNodes> {
  await using resources = new AsyncDisposableStack();
  const redis = resources.use(await startRedis());
  const servers: LivekitNodes["servers"][number][] = [];
  for (const { metadata, status } of pods) {
    if (status.podIP === undefined) throw new Error(`pod ${metadata.name} has no address`);
    const first = servers[0]?.server;
    const server = resources.use(
      await startLivekitServer({
        bindAddress: status.podIP.replace(/^10\./, "127."),
        mediaAddress: "127.0.0.1",
        metricsPort,
        redis: redis.address,
        ...(first === undefined ? {} : { keys: { apiKey: first.apiKey, apiSecret: first.apiSecret } }),
      }),
    );
    servers.push({ pod: metadata.name, server });
  }
  const owned = resources.move();
  return { servers, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
