/** clouds.yaml and secure.yaml beside it, as openstacksdk and terraform's provider find and read them. */
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { nearest } from "../../../config/nearest.ts";
import { exitCodes, LkloadError } from "../../../errors.ts";
import type { Settings } from "./credentials.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const cloudSchema = z.looseObject({
  auth: z.record(z.string(), scalar).default({}),
  profile: z.string().optional(),
  region_name: scalar.optional(),
  regions: z.array(z.unknown()).optional(),
  interface: scalar.optional(),
  endpoint_type: scalar.optional(),
  cacert: scalar.optional(),
  verify: scalar.optional(),
  insecure: scalar.optional(),
});
const fileSchema = z.looseObject({ clouds: z.record(z.string(), cloudSchema).default({}) });

type Clouds = z.infer<typeof fileSchema>["clouds"];
const fileVariable = "OS_CLIENT_CONFIG_FILE";
export type Session = { env: Readonly<Record<string, string | undefined>>; home: string; cwd: string };

/**
 * @returns `path`: the clouds.yaml, absolute
 * @throws LkloadError when there is no file, no such cloud, or the file can't be read
 */
export async function cloudSettings(
  name: string,
  session: Session,
): Promise<{ settings: Settings; source: string; path: string }> {
  const paths = candidates(session);
  const found = await firstFile(paths);
  if (found === undefined) {
    throw new LkloadError(exitCodes.infrastructure, `cloud ${name}: there is no clouds.yaml`, {
      hint: `looked for ${paths.join(", ")}`,
    });
  }
  const clouds = readClouds(found.path, found.text);
  const cloud = clouds[name];
  if (cloud === undefined) {
    const names = Object.keys(clouds);
    const near = nearest(name, names);
    throw new LkloadError(exitCodes.infrastructure, `${found.path} has no cloud ${name}`, {
      hint: near === undefined ? `it has ${names.join(", ") || "none"}` : `did you mean ${near}?`,
    });
  }
  const secureFile = await firstFile([join(dirname(found.path), "secure.yaml")]);
  const secure = secureFile && readClouds(secureFile.path, secureFile.text)[name];
  const source = `cloud ${name} of ${found.path}`;
  if (cloud.profile !== undefined && cloud.auth["auth_url"] === undefined) {
    throw new LkloadError(exitCodes.infrastructure, `${source}: vendor profiles (${cloud.profile}) are not known`, {
      hint: "write auth_url and region_name out",
    });
  }
  return { settings: { ...flatten(cloud), ...(secure && flatten(secure)) }, source, path: found.path };
}

/** An environment in which this clouds.yaml is taken, and none looked for, by terraform as well. Null: unchanged. */
export function withCloudsFile(env: Session["env"], cloudsFile: string | null): Session["env"] {
  return cloudsFile === null ? env : { ...env, [fileVariable]: cloudsFile };
}

/** Whether the environment names a clouds.yaml. */
export function namesCloudsFile(env: Session["env"]): boolean {
  return (env[fileVariable] ?? "") !== "";
}

function candidates({ env, home, cwd }: Session): string[] {
  const named = env[fileVariable];
  if (named !== undefined && named !== "") return [resolve(cwd, named)];
  const config = env["XDG_CONFIG_HOME"] || join(home, ".config");
  return [cwd, join(config, "openstack"), "/etc/openstack"].map((dir) => join(dir, "clouds.yaml"));
}

async function firstFile(paths: readonly string[]): Promise<{ path: string; text: string } | undefined> {
  for (const path of paths) {
    try {
      return { path, text: await readFile(path, "utf8") };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") continue;
      throw new LkloadError(exitCodes.infrastructure, `${path} can't be read`, { cause: error });
    }
  }
  return undefined;
}

function readClouds(path: string, text: string): Clouds {
  try {
    return fileSchema.parse(parse(text) ?? {}).clouds;
  } catch (error) {
    // Without the parser's own words: they quote the file, and it has secrets in it.
    throw new LkloadError(exitCodes.infrastructure, `${path} is not a clouds.yaml`, {
      hint: `line ${lineOf(error) ?? "unknown"}`,
    });
  }
}

function lineOf(error: unknown): number | undefined {
  return (error as { linePos?: { line: number }[] }).linePos?.[0]?.line;
}

function flatten(cloud: Clouds[string]): Settings {
  const { auth, region_name, interface: side, endpoint_type, cacert, verify, insecure } = cloud;
  const [first] = cloud.regions ?? [];
  const region = region_name ?? (typeof first === "string" ? first : undefined);
  const others = { region_name: region, interface: side, endpoint_type, cacert, verify, insecure };
  return { ...auth, ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)) };
}
