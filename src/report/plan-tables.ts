/** The plan's lists: hosts, rooms, processes. */
import { publisherCount, type Plan } from "../plan/plan.ts";
import { formatElapsed } from "./moment.ts";
import { formatCount, formatMs } from "./quantity.ts";
import { textTable, type TextColumn } from "./text-table.ts";
import { visibleText } from "./visible-text.ts";

/** Lists of up to this many rows are shown whole; of longer ones the first few. */
const wholeRows = 12;
const shownRows = 8;

type Row = {
  readonly cells: readonly string[];
  readonly participants: number;
  /** Two rows with the same text here differ in names only. */
  readonly likeness: string;
};

export function planTables(plan: Plan, columns: number): { title: string; lines: string[] }[] {
  return [
    { title: "Hosts", lines: hostLines(plan, columns) },
    { title: `Rooms (their names end in -${plan.runId})`, lines: roomLines(plan, columns) },
    { title: "Processes", lines: processLines(plan, columns) },
  ];
}

function hostLines(plan: Plan, columns: number): string[] {
  const segments = Map.groupBy(plan.segments, (segment) => segment.host);
  const rows = plan.hosts.map(({ name, address, participants }): Row => {
    const own = segments.get(name) ?? [];
    const figures = [participants, own.reduce((sum, s) => sum + publisherCount(s), 0), own.length].map(formatCount);
    return { cells: [name, visibleText(address), ...figures], participants, likeness: figures.join() };
  });
  const heads = [flexible("Host"), flexible("Address"), ...figures("Participants", "Publishers", "Processes")];
  return listed("host", heads, rows, columns);
}

function roomLines(plan: Plan, columns: number): string[] {
  const rows = plan.rooms.map((room, i): Row => {
    const { min, max } = room.expectedTracksPerSubscriber;
    const counts = [room.publishers, room.videoPublishers, room.audioPublishers, room.subscribers].map(formatCount);
    const tracks = room.subscribers === 0 ? "–" : min === max ? formatCount(min) : `${min}–${max}`;
    const figures = [...counts, tracks, formatMs(room.startOffsetMs)];
    const name = room.name.replace(new RegExp(`-${RegExp.escape(plan.runId)}$`), "");
    return {
      cells: [String(i + 1), name, ...figures],
      participants: room.publishers + room.subscribers,
      likeness: figures.join(),
    };
  });
  const heads = [...figures("#"), flexible("Room"), ...figures("Pubs", "Video", "Audio", "Subs", "Tracks", "Start")];
  return listed("room", heads, rows, columns);
}

function processLines(plan: Plan, columns: number): string[] {
  const roomNumbers = new Map(plan.rooms.map((room, i) => [room.name, i + 1]));
  const rows = plan.segments.map((segment): Row => {
    const counts = [segment.videoPublishers, segment.audioPublishers, segment.subscribers].map(formatCount);
    const times = [segment.startOffsetMs, segment.rampMs, segment.holdMs].map((ms) => formatElapsed(ms));
    return {
      cells: [segment.id, segment.host, `${roomNumbers.get(segment.room)}`, ...counts, ...times],
      participants: publisherCount(segment) + segment.subscribers,
      likeness: [...counts, ...times].join(),
    };
  });
  const heads = [
    { title: "Id", align: "left" } as const,
    flexible("Host"),
    ...figures("Room #", "Video", "Audio", "Subs", "Start", "Ramp", "Hold"),
  ];
  return listed("process", heads, rows, columns);
}

function listed(noun: string, heads: readonly TextColumn[], rows: readonly Row[], columns: number): string[] {
  const shown = rows.length <= wholeRows ? rows : rows.slice(0, shownRows);
  const lines = textTable(
    heads,
    shown.map((row) => row.cells),
    columns,
  );
  const rest = rows.slice(shown.length);
  if (rest.length > 0) lines.push(restText(noun, shown.at(-1)!, rest));
  return lines;
}

/** `… 140 more hosts alike`, or in which range they lie. */
function restText(noun: string, last: Row, rest: readonly Row[]): string {
  const nouns = noun === "process" ? "processes" : `${noun}s`;
  const more = `… ${formatCount(rest.length)} more ${nouns}`;
  if (rest.every((row) => row.likeness === last.likeness)) return `${more} alike`;
  const sizes = rest.map((row) => row.participants);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)].map(formatCount);
  return `${more}, ${least === most ? least : `${least} to ${most}`} participants each`;
}

function flexible(title: string): TextColumn {
  return { title, align: "left", isFlexible: true };
}

function figures(...titles: string[]): TextColumn[] {
  return titles.map((title) => ({ title, align: "right" }));
}
