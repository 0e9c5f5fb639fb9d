/** Keystone v3 `POST /v3/auth/tokens`. */
import type { Identity, Scope, UserRef } from "./credentials.ts";

/** The body. It has the secret in it: for the request alone. */
export function authRequest(identity: Identity): object {
  if (identity.by === "application-credential") {
    const { id, name, user, secret } = identity;
    const who = id === null ? { name, user: userOf(user) } : { id };
    const application_credential = { ...who, secret: secret.reveal() };
    return { auth: { identity: { methods: ["application_credential"], application_credential } } };
  }
  const scope = identity.scope === null ? {} : { scope: { project: projectOf(identity.scope) } };
  if (identity.by === "token") {
    return { auth: { identity: { methods: ["token"], token: { id: identity.token.reveal() } }, ...scope } };
  }
  const user = { ...userOf(identity.user), password: identity.password.reveal() };
  return { auth: { identity: { methods: ["password"], password: { user } }, ...scope } };
}

function userOf({ id, name, domainId, domainName }: UserRef): object {
  return id === null ? { name, domain: domainOf(domainId, domainName) } : { id };
}

function projectOf(scope: Scope): object {
  if ("projectId" in scope) return { id: scope.projectId };
  return { name: scope.projectName, domain: domainOf(scope.domainId, scope.domainName) };
}

function domainOf(id: string | null, name: string | null): object {
  return id === null ? { name } : { id };
}
