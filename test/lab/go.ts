/** The Go toolchain, for the programs that the lab builds from their Go modules. */
import { findCommand } from "./tools.ts";
import { runCommand } from "./run-command.ts";
import type { Progress } from "./progress.ts";

/** What the modules in test/lab/livekit and test/lab/kubernetes ask for. */
const needed = { major: 1, minor: 26 };
/** From here on Go fetches a newer toolchain by itself. */
const selfUpdating = { major: 1, minor: 21 };

export interface Go {
  /** Environment for every call: static binaries, modules exactly as pinned. */
  env: Record<string, string>;
}

/** @throws Error of one line that says what to install. */
export async function findGo(): Promise<Go> {
  const hint = `install Go ${needed.major}.${needed.minor} or later (https://go.dev/dl), or any from ${selfUpdating.major}.${selfUpdating.minor} on that may download it`;
  if ((await findCommand("go")) === undefined) throw new Error(`no Go toolchain: ${hint}`);
  const version = (await runCommand("go", ["env", "GOVERSION"], { cwd: "/" })).trim();
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  const isAtLeast = (wanted: typeof needed) =>
    major !== undefined &&
    minor !== undefined &&
    (major > wanted.major || (major === wanted.major && minor >= wanted.minor));
  if (!isAtLeast(selfUpdating)) throw new Error(`${version} is too old: ${hint}`);
  return {
    env: {
      CGO_ENABLED: "0",
      GOWORK: "off",
      GOFLAGS: "-mod=readonly -buildvcs=false -trimpath",
      ...(isAtLeast(needed) ? {} : { GOTOOLCHAIN: "auto" }),
    },
  };
}

/**
 * Builds one command of the module in `moduleDir` (go.mod and go.sum pin everything) into `output`.
 * Says every few seconds how far it is.
 */
export async function goBuild(
  go: Go,
  build: { moduleDir: string; packagePath: string; output: string; ldflags?: string },
  { name, progress, signal }: { name: string; progress: Progress; signal: AbortSignal },
): Promise<void> {
  const options = { cwd: build.moduleDir, env: go.env, signal };
  const sayNowAndThen = (everyMs: number, text: () => string) => {
    let saidAt = performance.now();
    return () => {
      if (performance.now() - saidAt < everyMs) return;
      saidAt = performance.now();
      progress.say(text());
    };
  };

  let modules = 0;
  const sayModules = sayNowAndThen(5000, () => `${name}: fetched ${modules} Go modules`);
  const deps = await runCommand("go", ["list", "-deps", build.packagePath], {
    ...options,
    onStderrLine: (line) => {
      if (!line.startsWith("go: downloading")) return;
      modules += 1;
      sayModules();
    },
  });

  const total = deps.split("\n").length;
  let compiled = 0;
  const sayCompiled = sayNowAndThen(10_000, () => `${name}: compiled ${compiled} of at most ${total} packages`);
  progress.say(`${name}: compiling`);
  await runCommand("go", ["build", "-v", "-ldflags", build.ldflags ?? "-s -w", "-o", build.output, build.packagePath], {
    ...options,
    onStderrLine: () => {
      compiled += 1;
      sayCompiled();
    },
  });
}
