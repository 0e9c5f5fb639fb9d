/** Who lkload is to the cloud: the same sources as terraform's provider, so that both are the same. */
import { Secret } from "../../../config/secret.ts";
import { exitCodes, LkloadError } from "../../../errors.ts";

export type Scope = { projectId: string } | { projectName: string; domainId: string | null; domainName: string | null };

export type Identity =
  | { by: "password"; user: UserRef; password: Secret; scope: Scope | null }
  | { by: "application-credential"; id: string | null; name: string | null; user: UserRef; secret: Secret }
  | { by: "token"; token: Secret; scope: Scope | null };

export type UserRef = { id: string | null; name: string | null; domainId: string | null; domainName: string | null };

export type Credentials = {
  /** Keystone's, with `/v3`. */
  authUrl: string;
  identity: Identity;
  /** Null: the first one of the catalog. */
  region: string | null;
  interface: "public" | "internal" | "admin";
  /** File with the certificates to trust besides the system's. */
  caFile: string | null;
  /** Where they are from, for messages: `cloud acme of /home/ada/.config/openstack/clouds.yaml`. */
  source: string;
  /** The clouds.yaml that they are from, absolute; null: they are the OS_* variables. */
  cloudsFile: string | null;
};

/** Settings by the names that they have in a cloud's `auth`, in lower case: `auth_url`, `username` … */
export type Settings = Readonly<Record<string, string | undefined>>;

const hint = "name a cloud of clouds.yaml in OS_CLOUD, or load the project's rc file";

/** @throws LkloadError that names what is missing */
export function credentialsFrom(settings: Settings, source: string, cloudsFile: string | null): Credentials {
  const { auth_url } = settings;
  if (auth_url === undefined) throw new LkloadError(exitCodes.infrastructure, `${source}: no auth_url`, { hint });
  if (!URL.canParse(auth_url)) {
    throw new LkloadError(exitCodes.infrastructure, `${source}: auth_url is no URL: ${auth_url}`, { hint });
  }
  if (/^(true|1|yes)$/i.test(settings["insecure"] ?? "") || /^(false|0|no)$/i.test(settings["verify"] ?? "")) {
    throw new LkloadError(exitCodes.infrastructure, `${source}: asks not to verify the cloud's certificate`, {
      hint: "lkload always does: name the cloud's CA bundle instead (cacert, OS_CACERT)",
    });
  }
  return {
    authUrl: withVersion(auth_url),
    identity: identityFrom(settings, source),
    region: settings["region_name"] ?? null,
    interface: interfaceFrom(settings["interface"] ?? settings["endpoint_type"]),
    caFile: settings["cacert"] ?? null,
    source,
    cloudsFile,
  };
}

function withVersion(authUrl: string): string {
  const url = authUrl.replace(/\/+$/, "");
  return url.endsWith("/v3") ? url : `${url.replace(/\/v2\.0$/, "")}/v3`;
}

/** `publicURL` is the older way to write it. */
function interfaceFrom(text: string | undefined): Credentials["interface"] {
  const name = (text ?? "public").replace(/URL$/, "");
  return name === "internal" || name === "admin" ? name : "public";
}

function identityFrom(settings: Settings, source: string): Identity {
  const user = userFrom(settings);
  const { application_credential_secret, token, password } = settings;
  if (application_credential_secret !== undefined) {
    const id = settings["application_credential_id"] ?? null;
    const name = settings["application_credential_name"] ?? null;
    if (id === null && (name === null || (user.id === null && user.name === null))) {
      throw new LkloadError(exitCodes.infrastructure, `${source}: an application credential without its id`, { hint });
    }
    return { by: "application-credential", id, name, user, secret: new Secret(application_credential_secret) };
  }
  if (password !== undefined && (user.id !== null || user.name !== null)) {
    return { by: "password", user, password: new Secret(password), scope: scopeFrom(settings) };
  }
  if (token !== undefined) return { by: "token", token: new Secret(token), scope: scopeFrom(settings) };
  throw new LkloadError(
    exitCodes.infrastructure,
    `${source}: no user with password, no application credential, no token`,
    { hint },
  );
}

/** Keystone wants a domain with a name; without one it is the default one, as the clients have it. */
function userFrom(settings: Settings): UserRef {
  const domainId = settings["user_domain_id"] ?? settings["domain_id"] ?? null;
  const domainName = settings["user_domain_name"] ?? settings["domain_name"] ?? null;
  const isDefault = domainId === null && domainName === null;
  return {
    id: settings["user_id"] ?? null,
    name: settings["username"] ?? null,
    domainId: isDefault ? (settings["default_domain"] ?? "default") : domainId,
    domainName,
  };
}

function scopeFrom(settings: Settings): Scope | null {
  const projectId = settings["project_id"] ?? settings["tenant_id"];
  if (projectId !== undefined) return { projectId };
  const projectName = settings["project_name"] ?? settings["tenant_name"];
  if (projectName === undefined) return null;
  const domainId = settings["project_domain_id"] ?? settings["domain_id"] ?? null;
  const domainName = settings["project_domain_name"] ?? settings["domain_name"] ?? null;
  const isDefault = domainId === null && domainName === null;
  return { projectName, domainId: isDefault ? (settings["default_domain"] ?? "default") : domainId, domainName };
}
