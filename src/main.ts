#!/usr/bin/env node
/** The only file that touches the process: arguments, streams, signals, exit code. */
import { homedir } from "node:os";
import { isatty } from "node:tty";
import { runCli } from "./cli/program.ts";
import { Interrupted, type Output, type System } from "./cli/system.ts";
import { exitCodes } from "./errors.ts";

const interrupt = new AbortController();
const forced = new AbortController();

/** npx, npm and ssh pass Ctrl-C on to a process that the terminal has told already: one wish, told twice. */
const sameWishMs = 1000;
let lastWishMs = Number.NEGATIVE_INFINITY;

/** The first signal ends the work, the second the cleaning up, the third everything. */
function onSignal(signal: NodeJS.Signals): void {
  const nowMs = performance.now();
  if (nowMs - lastWishMs < sameWishMs) return;
  lastWishMs = nowMs;
  const reason = new Interrupted(signal);
  if (!interrupt.signal.aborted) interrupt.abort(reason);
  else if (!forced.signal.aborted) forced.abort(reason);
  else giveUp();
}

/** Nobody is left to do it in order: at least the cursor comes back, and what to do is said. */
function giveUp(): never {
  const showCursor = process.stderr.isTTY ? "\u001B[?25h" : "";
  process.stderr.write(
    `${showCursor}lkload: ended at once; \`lkload runs\` shows what may be left, \`lkload destroy\` removes it\n`,
  );
  process.exit(exitCodes.teardownIncomplete);
}

function output(stream: NodeJS.WriteStream & { fd: number }): Output {
  // The reader of a pipe may go early, as `head` does: there is nobody to tell then, and the work goes on.
  let open = true;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    open = false;
    if (error.code !== "EPIPE") process.exitCode = exitCodes.bug;
  });
  return {
    write: (text) => {
      if (open) stream.write(text);
    },
    isTTY: isatty(stream.fd),
    get columns() {
      return isatty(stream.fd) && stream.columns > 0 ? stream.columns : 80;
    },
  };
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

const argv = process.argv.slice(2);
const system: System = {
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  pid: process.pid,
  nodeVersion: process.versions.node,
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  now: () => Date.now(),
  interrupt: interrupt.signal,
  forced: forced.signal,
  commandLine: ["lkload", ...argv.map(quoted)].join(" "),
};

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
process.exitCode = await runCli(argv, system);
// A request that nobody waits for any more would hold the process until its time-out: end once all is written.
for (const stream of [process.stdout, process.stderr]) {
  await new Promise<void>((written) => stream.write("", () => written()));
}
process.exit();
