/** What failed for the probes, alike failures together: all of the run, not only of the steady window. */
import type { ProbesResult } from "../result.ts";
import type { ProbeLine, ProbeStep } from "./lines.ts";

type ProbeError = ProbesResult["errors"][number];

const mostErrors = 50;

export class ProbeErrors {
  readonly #groups = new Map<string, ProbeError>();

  add(line: ProbeLine): void {
    switch (line.kind) {
      case "visit":
        this.#step("join", line.join, line);
        for (const { media, subscribe, firstFrame } of line.tracks) {
          this.#step(`subscribe ${media}`, subscribe, line);
          if (firstFrame !== null) this.#step("first frame", firstFrame, line);
        }
        return;
      case "echo":
        this.#step("data round trip", line.step, line);
        return;
      case "resident":
        if (line.event === "join failed" || line.event === "failed" || line.event === "lost") {
          this.#add(
            line.event === "lost" ? "lost connection" : line.event === "failed" ? "probe" : "join",
            line.text,
            line,
          );
        }
        return;
      case "end":
        if (line.outcome === "crashed") this.#add("process", line.text, { room: null, atMs: line.atMs });
        return;
      case "hello":
      case "machine":
      case "listen":
        return;
    }
  }

  /** The most frequent first. */
  list(): ProbeError[] {
    return [...this.#groups.values()].toSorted((a, b) => b.count - a.count).slice(0, mostErrors);
  }

  #step(what: string, { error }: ProbeStep, about: { room: string; atMs: number }): void {
    if (error !== null) this.#add(what, error, about);
  }

  #add(what: string, text: string | null, { room, atMs }: { room: string | null; atMs: number }): void {
    const message = text ?? "no reason told";
    const key = `${what} ${message}`;
    let group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, (group = { what, message, count: 0, rooms: [], firstAtMs: atMs }));
    group.count++;
    if (room !== null && !group.rooms.includes(room)) group.rooms.push(room);
  }
}
