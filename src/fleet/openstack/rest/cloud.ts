/** A cloud, as the services of one region of it, for one project. */
import { readFile } from "node:fs/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { z } from "zod";
import { Secret } from "../../../config/secret.ts";
import { exitCodes, LkloadError } from "../../../errors.ts";
import { authRequest } from "./auth-request.ts";
import type { Credentials } from "./credentials.ts";
import { nameOf, send, type HttpRequest, type HttpResponse } from "./http.ts";
import { OpenStackError, reasonOf } from "./openstack-error.ts";

const tokenSchema = z.object({
  token: z.object({
    project: z.object({ id: z.string(), name: z.string() }).optional(),
    user: z.object({ id: z.string(), name: z.string() }),
    catalog: z
      .array(
        z.object({
          type: z.string(),
          endpoints: z.array(z.object({ interface: z.string(), region: z.string().nullable(), url: z.string() })),
        }),
      )
      .default([]),
  }),
});

type Token = { value: Secret } & z.infer<typeof tokenSchema>["token"];

/** By the names that clouds give them in their catalogs. */
const serviceTypes = {
  compute: { types: ["compute"], version: "" },
  network: { types: ["network"], version: "/v2.0" },
  image: { types: ["image"], version: "/v2" },
  volume: { types: ["volumev3", "block-storage", "block-store"], version: "" },
} as const;

/** 2.64 for server groups, 3.3 for messages: below what clouds of the last eight years speak. */
const microversions: Partial<Record<Service, string>> = { compute: "compute 2.64", volume: "volume 3.3" };

export type Service = keyof typeof serviceTypes;
type Body = Readonly<Record<string, unknown>>;

export class Cloud {
  readonly #credentials: Credentials;
  #token: Token;

  private constructor(credentials: Credentials, token: Token) {
    this.#credentials = credentials;
    this.#token = token;
  }

  /** @throws {OpenStackError} with Keystone's reason when it refuses the credentials */
  static async connect(credentials: Credentials, signal: AbortSignal): Promise<Cloud> {
    if (credentials.caFile !== null) await trust(credentials.caFile);
    const token = await authenticate(credentials, signal);
    if (token.project === undefined) {
      throw new LkloadError(exitCodes.infrastructure, `${credentials.source}: no project is named`, {
        hint: "set project_name or project_id (OS_PROJECT_NAME, OS_PROJECT_ID)",
      });
    }
    return new Cloud(credentials, token);
  }

  get projectId(): string {
    return this.#token.project?.id ?? "";
  }

  get projectName(): string {
    return this.#token.project?.name ?? "";
  }

  /** Keystone's. */
  get authUrl(): string {
    return this.#credentials.authUrl;
  }

  get source(): string {
    return this.#credentials.source;
  }

  /** The clouds.yaml that the credentials are from, absolute; null: they are the OS_* variables. */
  get cloudsFile(): string | null {
    return this.#credentials.cloudsFile;
  }

  /** Null: the first one of the catalog. */
  get region(): string | null {
    return this.#credentials.region;
  }

  /** By the catalog, sorted; empty where the cloud gives them no names. */
  get regions(): string[] {
    const regions = this.#token.catalog.flatMap(({ endpoints }) => endpoints.map(({ region }) => region ?? ""));
    return [...new Set(regions)].filter((region) => region !== "").sort();
  }

  /** The same project in another region. */
  inRegion(region: string): Cloud {
    return new Cloud({ ...this.#credentials, region }, this.#token);
  }

  /** Whether the cloud has the service in this region. */
  has(service: Service): boolean {
    return this.#endpoint(service) !== undefined;
  }

  async get(service: Service, path: string, signal: AbortSignal): Promise<Body> {
    return bodyOf(await this.#request("GET", service, path, { signal }));
  }

  /** @returns undefined when there is no such thing */
  async find(service: Service, path: string, signal: AbortSignal): Promise<Body | undefined> {
    const response = await this.#request("GET", service, path, { signal, allowed: [404] });
    return response.status === 404 ? undefined : bodyOf(response);
  }

  async put(service: Service, path: string, body: object, signal: AbortSignal): Promise<void> {
    // 404: what should be undone is undone.
    await this.#request("PUT", service, path, { signal, body, allowed: [404] });
  }

  async post(service: Service, path: string, body: object, signal: AbortSignal): Promise<Body> {
    return bodyOf(await this.#request("POST", service, path, { signal, body }));
  }

  /** Something that is gone already is as good as deleted. */
  async delete(service: Service, path: string, signal: AbortSignal): Promise<void> {
    await this.#request("DELETE", service, path, { signal, allowed: [404] });
  }

  /** All pages of a list. `key` names the array in the answer. */
  async list(service: Service, path: string, key: string, signal: AbortSignal): Promise<unknown[]> {
    const items: unknown[] = [];
    const seen = new Set<string>();
    let next: string | undefined = path;
    while (next !== undefined && !seen.has(next)) {
      seen.add(next);
      const page: Body = await this.get(service, next, signal);
      const found = page[key];
      if (Array.isArray(found)) items.push(...(found as unknown[]));
      next = this.#nextPage(service, page, key);
    }
    return items;
  }

  /** Nova, Neutron, Cinder: `{"servers_links": [{"rel": "next", "href": …}]}`; Glance: `{"next": "/v2/images?…"}`. */
  #nextPage(service: Service, page: Body, key: string): string | undefined {
    const links = page[`${key}_links`];
    const link = Array.isArray(links)
      ? (links as { rel?: string; href?: string }[]).find(({ rel }) => rel === "next")
      : undefined;
    const href = link?.href ?? (typeof page["next"] === "string" ? page["next"] : undefined);
    if (href === undefined) return undefined;
    // Services behind a proxy name themselves otherwise than the catalog: only the last part and the query count.
    const url = new URL(href, "http://unused");
    const collection = url.pathname.split("/").slice(-1)[0] ?? "";
    const detail = collection === "detail" ? `${url.pathname.split("/").slice(-2)[0]}/detail` : collection;
    return service === "image" ? `/images${url.search}` : `/${detail}${url.search}`;
  }

  async #request(
    method: HttpRequest["method"],
    service: Service,
    path: string,
    options: { signal: AbortSignal; body?: object; allowed?: readonly number[] },
  ): Promise<HttpResponse> {
    const { signal, body, allowed = [] } = options;
    const url = this.#requireEndpoint(service) + path;
    const attempt = () =>
      send({ method, url, headers: this.#headers(service), signal, ...(body === undefined ? {} : { body }) });
    let response = await attempt();
    if (response.status === 401) {
      // Tokens last for hours, load tests may last longer.
      this.#token = await authenticate(this.#credentials, signal);
      response = await attempt();
    }
    if (response.status < 400 || allowed.includes(response.status)) return response;
    throw new OpenStackError(nameOf({ method, url }), response.status, reasonOf(response.status, response.text));
  }

  #headers(service: Service): Record<string, string> {
    const version = microversions[service];
    return {
      "x-auth-token": this.#token.value.reveal(),
      ...(version === undefined ? {} : { "openstack-api-version": version }),
    };
  }

  #requireEndpoint(service: Service): string {
    const endpoint = this.#endpoint(service);
    if (endpoint !== undefined) return endpoint;
    const where = this.#credentials.region === null ? "" : ` in region ${this.#credentials.region}`;
    throw new LkloadError(exitCodes.infrastructure, `${this.source}: the cloud has no ${service} service${where}`, {
      hint: `regions: ${this.regions.join(", ") || "none"}`,
    });
  }

  #endpoint(service: Service): string | undefined {
    const { types, version } = serviceTypes[service];
    const { region, interface: side } = this.#credentials;
    for (const type of types) {
      const endpoints = this.#token.catalog.filter((entry) => entry.type === type).flatMap((entry) => entry.endpoints);
      const url = endpoints.find((it) => it.interface === side && (region === null || it.region === region))?.url;
      if (url === undefined) continue;
      const base = url.replace(/\/+$/, "");
      return /\/v\d[\d.]*(\/|$)/.test(new URL(base).pathname) ? base : base + version;
    }
    return undefined;
  }
}

async function authenticate(credentials: Credentials, signal: AbortSignal): Promise<Token> {
  const url = `${credentials.authUrl}/auth/tokens`;
  const body = authRequest(credentials.identity);
  const response = await send({ method: "POST", url, headers: {}, body, signal }, { repeatable: true });
  const value = response.headers.get("x-subject-token");
  if (response.status >= 400 || value === null) {
    const reason = reasonOf(response.status, response.text);
    throw new OpenStackError(`${credentials.source}: Keystone refuses`, response.status, reason, {
      hint: "check user, password or application credential, project and their domains",
    });
  }
  return { value: new Secret(value), ...tokenSchema.parse(JSON.parse(response.text)).token };
}

/** For this process: fetch has no such setting of its own. */
async function trust(file: string): Promise<void> {
  try {
    setDefaultCACertificates([...getCACertificates("default"), await readFile(file, "utf8")]);
  } catch (error) {
    throw new LkloadError(exitCodes.infrastructure, `CA bundle ${file} can't be used`, { cause: error });
  }
}

function bodyOf({ text }: HttpResponse): Body {
  return text === "" ? {} : (JSON.parse(text) as Body);
}
