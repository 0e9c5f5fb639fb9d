import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { authRequest } from "../../../../src/fleet/openstack/rest/auth-request.ts";
import { findCredentials } from "../../../../src/fleet/openstack/rest/find-credentials.ts";
import { tempDir } from "../../../lab/temp-dir.ts";

const rc = {
  OS_AUTH_URL: "https://keystone.example:5000",
  OS_USERNAME: "ada",
  OS_PASSWORD: "s3cret",
  OS_PROJECT_NAME: "load",
  OS_USER_DOMAIN_NAME: "Default",
  OS_PROJECT_DOMAIN_ID: "default",
  OS_REGION_NAME: "GRA11",
  OS_INTERFACE: "publicURL",
  OS_IDENTITY_API_VERSION: "3",
  OS_CACERT: "/etc/ssl/cloud.pem",
  EMPTY: "",
};
const nowhere = { home: "/nonexistent", cwd: "/nonexistent" };

test("a project's rc file", async () => {
  const credentials = await findCredentials(null, { env: rc, ...nowhere });
  expect(credentials).toMatchObject({
    authUrl: "https://keystone.example:5000/v3",
    region: "GRA11",
    interface: "public",
    caFile: "/etc/ssl/cloud.pem",
    source: "the OS_* variables",
  });
  expect(authRequest(credentials.identity)).toEqual({
    auth: {
      identity: {
        methods: ["password"],
        password: { user: { name: "ada", domain: { name: "Default" }, password: "s3cret" } },
      },
      scope: { project: { name: "load", domain: { id: "default" } } },
    },
  });
  expect(inspect(credentials, { depth: 9 }) + JSON.stringify(credentials)).not.toContain("s3cret");
});

test.each([
  [
    { OS_APPLICATION_CREDENTIAL_ID: "ac1", OS_APPLICATION_CREDENTIAL_SECRET: "s3cret" },
    { identity: { methods: ["application_credential"], application_credential: { id: "ac1", secret: "s3cret" } } },
  ],
  [
    { OS_APPLICATION_CREDENTIAL_NAME: "ac", OS_APPLICATION_CREDENTIAL_SECRET: "s3cret", OS_USERNAME: "ada" },
    {
      identity: {
        methods: ["application_credential"],
        application_credential: { name: "ac", user: { name: "ada", domain: { id: "default" } }, secret: "s3cret" },
      },
    },
  ],
  [
    { OS_TOKEN: "t0ken", OS_PROJECT_ID: "p1" },
    { identity: { methods: ["token"], token: { id: "t0ken" } }, scope: { project: { id: "p1" } } },
  ],
  [
    { OS_USER_ID: "u1", OS_PASSWORD: "s3cret", OS_TENANT_NAME: "load" },
    {
      identity: { methods: ["password"], password: { user: { id: "u1", password: "s3cret" } } },
      scope: { project: { name: "load", domain: { id: "default" } } },
    },
  ],
])("%o", async (variables, auth) => {
  const env = { OS_AUTH_URL: "https://keystone.example/identity/v3/", ...variables };
  const credentials = await findCredentials(null, { env, ...nowhere });
  expect(credentials.authUrl).toBe("https://keystone.example/identity/v3");
  expect(authRequest(credentials.identity)).toEqual({ auth });
});

test.each([
  [{}, "the OS_* variables: no auth_url"],
  [{ OS_AUTH_URL: "keystone" }, "auth_url is no URL"],
  [{ OS_AUTH_URL: "https://k", OS_USERNAME: "ada" }, "no user with password, no application credential, no token"],
  [{ OS_AUTH_URL: "https://k", OS_APPLICATION_CREDENTIAL_SECRET: "x" }, "an application credential without its id"],
  [{ ...rc, OS_INSECURE: "true" }, "asks not to verify the cloud's certificate"],
])("%o is refused: %s", async (env, words) => {
  await expect(findCredentials(null, { env, ...nowhere })).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining(words) as string,
    hint: expect.any(String) as string,
  });
});

const clouds = `
clouds:
  acme:
    auth: { auth_url: https://keystone.example/v3, username: ada, project_name: load }
    regions: [GRA11, SBG5]
    cacert: /etc/ssl/acme.pem
  other:
    profile: vexxhost
    auth: { username: ada, password: s3cret, project_name: load }
`;

test("an entry of clouds.yaml, its secret beside it, the region from the environment", async () => {
  await using home = await tempDir("clouds");
  const dir = join(home.path, ".config", "openstack");
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "clouds.yaml"), clouds);
  await writeFile(join(dir, "secure.yaml"), "clouds: { acme: { auth: { password: s3cret } } }\n");
  const session = { home: home.path, cwd: "/nonexistent" };
  const credentials = await findCredentials(null, { env: { OS_CLOUD: "acme" }, ...session });
  expect(credentials).toMatchObject({
    authUrl: "https://keystone.example/v3",
    region: "GRA11",
    caFile: "/etc/ssl/acme.pem",
    source: `cloud acme of ${join(dir, "clouds.yaml")}`,
  });
  expect(credentials.identity).toMatchObject({ by: "password", scope: { projectName: "load" } });
  expect(await findCredentials("acme", { env: { OS_REGION_NAME: "SBG5" }, ...session })).toMatchObject({
    region: "SBG5",
  });
  const wrong = findCredentials("acne", { env: {}, ...session });
  await expect(wrong).rejects.toMatchObject({ hint: "did you mean acme?" });
  await expect(findCredentials("other", { env: {}, ...session })).rejects.toThrow("vendor profiles (vexxhost)");
});

test("no clouds.yaml: where it was looked for", async () => {
  await expect(findCredentials("acme", { env: {}, ...nowhere })).rejects.toMatchObject({
    message: "cloud acme: there is no clouds.yaml",
    hint: expect.stringContaining("/nonexistent/.config/openstack/clouds.yaml") as string,
  });
});

test("a clouds.yaml that is named from where lkload runs is named by its whole path", async () => {
  await using dir = await tempDir("clouds");
  const file = join(dir.path, "my.yaml");
  await writeFile(
    file,
    "clouds:\n  acme: { auth: { auth_url: http://c/v3, username: ada, password: x, project_name: p } }\n",
  );
  const env = { OS_CLIENT_CONFIG_FILE: "my.yaml" };
  expect(await findCredentials("acme", { ...nowhere, env, cwd: dir.path })).toMatchObject({ cloudsFile: file });
});

test("a file that can't be parsed is refused without a word of what is in it", async () => {
  await using dir = await tempDir("clouds");
  const file = join(dir.path, "my.yaml");
  await writeFile(file, "clouds:\n  acme: { auth: { password: s3cret\n  - x\n");
  const error = await findCredentials("acme", { env: { OS_CLIENT_CONFIG_FILE: file }, ...nowhere }).catch(
    (e: unknown) => e,
  );
  expect(error).toMatchObject({ message: `${file} is not a clouds.yaml` });
  expect(inspect(error, { depth: 9 })).not.toContain("s3cret");
});
