import { exitCodes, LkloadError } from "../../errors.ts";
import type { CloudIntent } from "../fleet-journal.ts";
import { Cloud } from "./rest/cloud.ts";
import type { Session } from "./rest/clouds-file.ts";
import { findCredentials } from "./rest/find-credentials.ts";

/** The services of one of the plan's clouds. @throws LkloadError */
export async function connectCloud(
  { cloud, region }: { cloud: string | null; region: string | null },
  session: Session,
  signal: AbortSignal,
): Promise<Cloud> {
  const credentials = await findCredentials(cloud, session);
  return Cloud.connect(region === null ? credentials : { ...credentials, region }, signal);
}

/**
 * The cloud in which a run has made something.
 * @throws LkloadError also when today's credentials are for another project: its lists would say that nothing is left
 */
export async function reconnectCloud(intent: CloudIntent, session: Session, signal: AbortSignal): Promise<Cloud> {
  const cloud = await connectCloud(intent, session, signal);
  if (cloud.projectId === intent.projectId) return cloud;
  throw new LkloadError(
    exitCodes.infrastructure,
    `${cloud.source}: these are credentials for project ${cloud.projectName} (${cloud.projectId}), the run is in ${intent.projectId}`,
    { hint: `load those of that project, at ${intent.authUrl}` },
  );
}
