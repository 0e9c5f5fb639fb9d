/** Credentials from OS_CLOUD and clouds.yaml, or from the OS_* variables of a project's rc file. */
import { cloudSettings, type Session } from "./clouds-file.ts";
import { credentialsFrom, type Credentials } from "./credentials.ts";

/**
 * @param cloud an entry of clouds.yaml; null: `OS_CLOUD`, else the OS_* variables
 * @throws LkloadError that says what is missing where
 */
export async function findCredentials(cloud: string | null, session: Session): Promise<Credentials> {
  const { env } = session;
  const name = cloud ?? (env["OS_CLOUD"] || undefined);
  if (name === undefined) return credentialsFrom(variables(env), "the OS_* variables", null);
  const { settings, source, path } = await cloudSettings(name, session);
  // As the provider has it: of the variables only these have a say beside a cloud.
  const { region_name, cacert } = variables(env);
  const beside = { ...(region_name && { region_name }), ...(cacert && settings["cacert"] === undefined && { cacert }) };
  return credentialsFrom({ ...settings, ...beside }, source, path);
}

/** `OS_AUTH_URL` → `auth_url`; empty ones are not set. */
function variables(env: Session["env"]): Record<string, string | undefined> {
  const set = Object.entries(env).filter(
    ([name, value]) => name.startsWith("OS_") && value !== undefined && value !== "",
  );
  const named = Object.fromEntries(set.map(([name, value]) => [name.slice(3).toLowerCase(), value]));
  // The provider's and the client's names of the same things.
  return { token: named["auth_token"], username: named["user_name"], ...named };
}
