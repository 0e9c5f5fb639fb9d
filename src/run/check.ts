import type { TargetFile } from "../metrics/raw.ts";
import { abortable } from "../remote/abortable.ts";
import type { RunContext } from "./context.ts";
import { writeJson } from "./store.ts";
import { checkKubernetes } from "./watch-kubernetes.ts";
import { checkProbes } from "./watch-probes.ts";

/**
 * What must hold before anything is touched: the server answers, takes the key and secret, and lets a participant join.
 * `target.json` has what it said about itself.
 */
export async function check(context: RunContext): Promise<TargetFile> {
  const { target, journal, folder, plan, now, signal } = context;
  await checkProbes(context);
  await abortable(target.check(), signal);
  const room = `${plan.name}-check-${plan.runId}`;
  journal.write({ event: "rooms-intent", rooms: [room] });
  const probe = await target.probeJoin(room, signal);
  const { deleted } = await target.deleteRooms([room], signal);
  journal.write({ event: "rooms-deleted", rooms: deleted });
  signal.throwIfAborted();
  await checkKubernetes(context);
  signal.throwIfAborted();
  const file: TargetFile = {
    schema: "lkload/target",
    version: 1,
    checkedAtMs: now(),
    url: plan.livekitUrl,
    serverVersion: probe.serverVersion,
    nodeId: probe.nodeId,
    region: probe.region,
  };
  writeJson(folder.target, file);
  return file;
}
