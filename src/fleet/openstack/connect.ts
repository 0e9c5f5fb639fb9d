import { access, constants } from "node:fs/promises";
import { exitCodes, LkloadError } from "../../errors.ts";
import type { CloudIntent } from "../fleet-journal.ts";
import { Cloud } from "./rest/cloud.ts";
import { namesCloudsFile, withCloudsFile, type Session } from "./rest/clouds-file.ts";
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
 * The cloud in which a run has made something, by the clouds.yaml that it was made with.
 * @throws LkloadError also when today's credentials are for another project: its lists would say that nothing is left
 */
export async function reconnectCloud(
  intent: CloudIntent,
  session: Session,
  { signal, tell }: { signal: AbortSignal; tell: (text: string) => void },
): Promise<Cloud> {
  const cloud = await connectCloud(intent, await sessionOf(intent, session, tell), signal);
  if (cloud.projectId === intent.projectId) return cloud;
  throw new LkloadError(
    exitCodes.infrastructure,
    `${cloud.source}: these are credentials for project ${cloud.projectName} (${cloud.projectId}), the run is in ${intent.projectId}`,
    { hint: `load those of that project, at ${intent.authUrl}` },
  );
}

/** Whoever names a clouds.yaml today means that one. */
async function sessionOf(
  { cloudsFile }: CloudIntent,
  session: Session,
  tell: (text: string) => void,
): Promise<Session> {
  const { env } = session;
  if (cloudsFile === null || namesCloudsFile(env)) return session;
  try {
    await access(cloudsFile, constants.R_OK);
  } catch {
    tell(
      `${cloudsFile}, which the run was made with, can't be read any more: looking for clouds.yaml as a new run does`,
    );
    return session;
  }
  return { ...session, env: withCloudsFile(env, cloudsFile) };
}
