/**
 * The real livekit-server and lk for tests and the demo: from the cache, else from LiveKit's release archives, else
 * built from their pinned Go modules (about six minutes on two cores, once).
 */
import { chmod, cp, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { cached, cacheDir, hashRecipe } from "./cache.ts";
import { findGo, goBuild, type Go } from "./go.ts";
import { makeMedia } from "./livekit/media.ts";
import { fetchRelease, releaseArch, type Release } from "./livekit/release.ts";
import { stderrProgress, type Progress } from "./progress.ts";
import { runCommand } from "./run-command.ts";
import { ensureTools } from "./tools.ts";

export const livekitServerVersion = "1.13.5";
export const lkVersion = "2.18.2";

export interface EnsureOptions {
  progress?: Progress;
  signal?: AbortSignal;
  /** Default: {@link cacheDir}. */
  cacheDir?: string;
}

type Context = { progress: Progress; signal: AbortSignal };

const recipes = join(import.meta.dirname, "livekit");

/** @returns the path of the livekit-server binary. */
export async function ensureLivekitServer(options: EnsureOptions = {}): Promise<string> {
  return ensureBinary(
    {
      name: "livekit-server",
      version: livekitServerVersion,
      releases: "https://github.com/livekit/livekit/releases/download",
      archivePrefix: "livekit",
      recipe: await hashRecipe({ texts: [], dirs: [join(recipes, "server")] }),
      build: buildLivekitServer,
    },
    options,
  );
}

/** @returns the path of the lk binary. */
export async function ensureLk(options: EnsureOptions = {}): Promise<string> {
  const media = await readFile(join(recipes, "media.ts"), "utf8");
  return ensureBinary(
    {
      name: "lk",
      version: lkVersion,
      releases: "https://github.com/livekit/livekit-cli/releases/download",
      archivePrefix: "lk",
      recipe: await hashRecipe({ texts: [media], dirs: [join(recipes, "lk")] }),
      build: buildLk,
    },
    options,
  );
}

interface Binary {
  name: string;
  version: string;
  releases: string;
  archivePrefix: string;
  recipe: string;
  build: (go: Go, dir: string, context: Context) => Promise<void>;
}

async function ensureBinary(binary: Binary, options: EnsureOptions): Promise<string> {
  const context = {
    progress: options.progress ?? stderrProgress(),
    signal: options.signal ?? new AbortController().signal,
  };
  const dir = await cached(binary, { dir: options.cacheDir ?? cacheDir(), ...context }, async (dir) => {
    const { name, version } = binary;
    context.progress.say(`${name} ${version}: not in the cache; asking for the release archive`);
    const unavailable = await fetchBinary(binary, dir, context.signal);
    if (unavailable !== undefined) {
      context.progress.say(`${name} ${version}: ${unavailable}; building it from its Go module, once`);
      const go = await findGo().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${name} ${version} can be neither downloaded (${unavailable}) nor built: ${reason}`);
      });
      await binary.build(go, dir, context);
    }
    const said = await runCommand(join(dir, name), ["--version"], { signal: context.signal });
    if (!said.includes(version)) throw new Error(`${name}: expected version ${version}, but it says: ${said.trim()}`);
    context.progress.say(`${name} ${version}: ready`);
  });
  return join(dir, binary.name);
}

async function fetchBinary(binary: Binary, dir: string, signal: AbortSignal): Promise<string | undefined> {
  const arch = releaseArch();
  if (arch === undefined) return "no release archive for this machine";
  const archive = `${binary.archivePrefix}_${binary.version}_linux_${arch}.tar.gz`;
  const release: Release = { baseUrl: `${binary.releases}/v${binary.version}`, archive, binary: binary.name };
  const unavailable = await fetchRelease(release, dir, signal);
  await rm(join(dir, archive), { force: true });
  return unavailable;
}

async function buildLivekitServer(go: Go, dir: string, context: Context): Promise<void> {
  const build = {
    moduleDir: join(recipes, "server"),
    packagePath: "github.com/livekit/livekit-server/cmd/server",
    output: join(dir, "livekit-server"),
  };
  await goBuild(go, build, { name: "livekit-server", ...context });
}

/**
 * lk's media are Git LFS pointers in its Go module, and its voice console needs cgo. Both are replaced in a copy of the
 * module (`go build -overlay` refuses files in the module cache); the load tester is untouched.
 */
async function buildLk(go: Go, dir: string, context: Context): Promise<void> {
  const { progress, signal } = context;
  await ensureTools(["ffmpeg"], context);
  const moduleDir = join(dir, "build");
  await mkdir(moduleDir);
  for (const file of ["go.mod", "go.sum"]) await cp(join(recipes, "lk", file), join(moduleDir, file));

  const modulePath = "github.com/livekit/livekit-cli/v2";
  progress.say("lk: fetching its Go module");
  const inModule = { cwd: moduleDir, env: go.env, signal };
  const downloaded: unknown = JSON.parse(await runCommand("go", ["mod", "download", "-json", modulePath], inModule));
  const source = join(moduleDir, "livekit-cli");
  await cp((downloaded as { Dir: string }).Dir, source, { recursive: true });
  // The module cache is read-only, and so is a copy of it.
  await runCommand("chmod", ["-R", "u+w", source], { signal });
  await runCommand("go", ["mod", "edit", `-replace=${modulePath}=./livekit-cli`], inModule);

  progress.say("lk: encoding its media");
  await makeMedia(join(source, "pkg", "provider", "resources"), {
    signal,
    onFile: (done, total) => {
      if (done % 5 === 0) progress.say(`lk: encoded ${done} of ${total} media`);
    },
  });
  for (const name of ["portaudio", "apm"]) {
    await cp(join(recipes, "lk", "nocgo", `${name}.go`), join(source, "pkg", name, "nocgo.go"));
  }

  const output = join(dir, "lk");
  await goBuild(go, { moduleDir, packagePath: `${modulePath}/cmd/lk`, output }, { name: "lk", ...context });
  await chmod(output, 0o755);
  await rm(moduleDir, { recursive: true, force: true });
}
