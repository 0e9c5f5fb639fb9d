/** The probes' process as a child of this one. */
import { spawn, type ChildProcess } from "node:child_process";
import { env, execPath } from "node:process";
import { fileURLToPath } from "node:url";

/** A stack of module loading fits. */
const tailLength = 4000;
/** As much as a message has room for. */
const shownLength = 400;

/** The same file, compiled or not. */
export function startProbeProcess(args: readonly string[] = []): ChildProcess {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const file = fileURLToPath(new URL(`probe-process.${extension}`, import.meta.url));
  return spawn(execPath, [file, ...args], {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    // Nothing of LIVEKIT_* is for it, and its libraries print less in production.
    env: { PATH: env["PATH"], HOME: env["HOME"], NODE_ENV: "production" },
  });
}

/** How it ended, in words. */
export async function exitOf(child: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  child.once("error", (error) => resolve(error.message));
  child.once("close", (code, name) => resolve(name === null ? `exit code ${code}` : `ended by ${name}`));
  return promise;
}

/** The end of what it printed, as one line. */
export function tailOf(child: ChildProcess): (length?: number) => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8");
    stream?.on("data", (part: string) => {
      text = (text + part).slice(-tailLength);
    });
  }
  return (length = shownLength) =>
    text
      .replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, "[token]")
      .replaceAll(/\s+/g, " ")
      .trim()
      .slice(-length);
}
