import { stripVTControlCharacters, styleText } from "node:util";
import type { LiveHost, LiveLoad, PhaseName, RunEvent } from "../../run/events.ts";
import type { System } from "../system.ts";
import type { Display } from "./display.ts";
import { clockText, fleetOf, megabits, percent, phaseTitle, took } from "./words.ts";

const maxHostRows = 12;
const redrawMs = 200;
const hideCursor = "\u001B[?25l";
const showCursor = "\u001B[?25h";
const eraseBelow = "\u001B[J";

type Style = Parameters<typeof styleText>[0];

/** Finished phases scroll away as lines; the phase under way and the load's table are redrawn below them. */
export class LiveDisplay implements Display {
  readonly #system: System;
  readonly #color: boolean;
  #drawnLines = 0;
  #phase: { name: PhaseName; startedAt: number } | null = null;
  #hosts = new Map<string, string>();
  #done = 0;
  #failed = 0;
  #note = "";
  #live: LiveLoad | null = null;
  readonly #timer: NodeJS.Timeout;

  constructor(system: System, color: boolean) {
    this.#system = system;
    this.#color = color;
    this.#timer = setInterval(() => this.#draw(), redrawMs);
    this.#timer.unref();
    system.stderr.write(hideCursor);
  }

  show(event: RunEvent): void {
    switch (event.type) {
      case "run-started":
        this.#print(`${this.#paint("bold", `run ${event.runId}`)}  ${event.plan.totals.product}`);
        break;
      case "phase-started":
        this.#phase = { name: event.phase, startedAt: performance.now() };
        this.#hosts.clear();
        this.#done = 0;
        this.#failed = 0;
        this.#note = "";
        this.#draw();
        break;
      case "phase-ended":
        this.#phaseEnded(event);
        break;
      case "note":
        this.#note = event.text;
        break;
      case "host":
        if (event.status === "started") this.#hosts.set(event.host, event.detail);
        else this.#hosts.delete(event.host);
        if (event.status === "done") this.#done++;
        if (event.status === "failed") {
          this.#failed++;
          this.#print(`  ${this.#paint("red", "✗")} ${event.host}: ${event.detail}`);
        }
        break;
      case "load":
        this.#live = event.live;
        this.#draw();
        break;
      case "warning":
        this.#print(`  ${this.#paint("yellow", "!")} ${event.host === null ? "" : `${event.host}: `}${event.text}`);
        break;
      case "verdict":
      case "teardown":
      case "run-ended":
        break;
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#erase();
    this.#system.stderr.write(showCursor);
  }

  #phaseEnded(event: Extract<RunEvent, { type: "phase-ended" }>): void {
    if (event.phase === "load" && this.#live) {
      this.#erase();
      for (const line of this.#table(this.#live)) this.#system.stderr.write(`${line}\n`);
      this.#live = null;
    }
    this.#phase = null;
    const mark = event.outcome === "done" ? this.#paint("green", "✓") : this.#paint("red", "✗");
    const detail = event.detail === null || event.outcome === "failed" ? "" : `  ${this.#paint("dim", event.detail)}`;
    this.#print(`${mark} ${phaseTitle(event.phase).padEnd(18)} ${took(event.durationMs).padStart(7)}${detail}`);
  }

  #draw(): void {
    const lines: string[] = [];
    if (this.#phase) {
      const elapsed = took(performance.now() - this.#phase.startedAt);
      const title = phaseTitle(this.#phase.name).padEnd(18);
      lines.push(`${this.#paint("cyan", "▸")} ${title} ${elapsed.padStart(7)}${this.#hostProgress()}`);
    }
    if (this.#live) lines.push(...this.#table(this.#live));
    this.#erase();
    for (const line of lines) this.#system.stderr.write(`${this.#fit(line)}\n`);
    this.#drawnLines = lines.length;
  }

  #hostProgress(): string {
    const steps = new Map<string, number>();
    for (const step of this.#hosts.values()) steps.set(step, (steps.get(step) ?? 0) + 1);
    const parts = [...steps].map(([step, count]) => (count === 1 ? step : `${step} ×${count}`));
    if (this.#done > 0) parts.push(`${this.#done} done`);
    if (this.#failed > 0) parts.push(`${this.#failed} failed`);
    if (this.#note !== "") parts.push(this.#note);
    return parts.length === 0 ? "" : `  ${this.#paint("dim", parts.join(", "))}`;
  }

  #table(live: LiveLoad): string[] {
    const server = live.serverParticipants === null ? "" : `, the server sees ${live.serverParticipants} participants`;
    const shown = [...live.hosts].toSorted(byTrouble).slice(0, maxHostRows).toSorted(byName);
    const lines = [
      `  ${clockText(live)}${server}`,
      this.#paint("dim", row("host", "joined", "tracks", "in", "out Mbit/s", "core", "errors", "")),
      ...shown.map((host) => this.#hostRow(host)),
    ];
    const hidden = live.hosts.length - shown.length;
    if (hidden > 0) lines.push(this.#paint("dim", `  … ${hidden} more hosts, none in more trouble`));
    if (live.hosts.length > 1) lines.push(this.#paint("bold", this.#hostRow({ ...fleetOf(live), host: "all" })));
    return lines.map((line) => this.#fit(line));
  }

  #hostRow(host: LiveHost): string {
    const text = row(
      host.host,
      `${host.joined}/${host.intended}`,
      `${host.tracks}/${host.expectedTracks}`,
      megabits(host.rxBps),
      megabits(host.txBps),
      percent(host.maxCorePercent),
      String(host.errors),
      host.state === "running" ? "" : host.state,
    );
    if (host.state === "lost" || (host.maxCorePercent ?? 0) > 85) return this.#paint("red", text);
    return host.errors > 0 ? this.#paint("yellow", text) : text;
  }

  /** Prints above the redrawn block. */
  #print(line: string): void {
    this.#erase();
    this.#system.stderr.write(`${line}\n`);
    this.#draw();
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#system.stderr.write(`\u001B[${this.#drawnLines}A\r${eraseBelow}`);
    this.#drawnLines = 0;
  }

  /** A line that wraps would break the redraw: cut, without its colours if it must be. */
  #fit(line: string): string {
    const width = this.#system.stderr.columns - 1;
    const plain = stripVTControlCharacters(line);
    return plain.length <= width ? line : `${plain.slice(0, Math.max(0, width - 1))}…`;
  }

  #paint(style: Style, text: string): string {
    return this.#color ? styleText(style, text, { validateStream: false }) : text;
  }
}

function row(...cells: [string, string, string, string, string, string, string, string]): string {
  const [host, joined, tracks, rx, tx, core, errors, state] = cells;
  const name = host.length > 16 ? `${host.slice(0, 15)}…` : host.padEnd(16);
  return `  ${name} ${joined.padStart(9)} ${tracks.padStart(10)} ${rx.padStart(6)} ${tx.padStart(10)} ${core.padStart(5)} ${errors.padStart(6)} ${state}`.trimEnd();
}

function byTrouble(a: LiveHost, b: LiveHost): number {
  const trouble = (host: LiveHost) =>
    (host.state === "lost" ? 1e6 : 0) + host.errors * 100 + (host.maxCorePercent ?? 0);
  return trouble(b) - trouble(a) || byName(a, b);
}

function byName(a: LiveHost, b: LiveHost): number {
  return a.host.localeCompare(b.host, "en", { numeric: true });
}
