/** Progress of the lab on stderr: plain lines with the time since the start, so that a long build is never silent. */
export interface Progress {
  say(text: string): void;
}

/** Lines of the form `  1m05s lk: compiled 312 of 1034 packages`. */
export function stderrProgress(): Progress {
  const startedAt = performance.now();
  return {
    say: (text) => process.stderr.write(`${formatElapsed(performance.now() - startedAt).padStart(7)} ${text}\n`),
  };
}

export const silent: Progress = { say: () => undefined };

export function formatElapsed(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`;
}
