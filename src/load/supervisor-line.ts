/** The `sup` lines of a host's stream: what its supervisor did (docs/host-protocol.md). */
export type SupervisorEvent =
  | { event: "armed"; atHostMs: number; segments: number }
  | { event: "started"; segment: string; attempt: number; pid: number; errorMs: number }
  | { event: "exited"; segment: string; attempt: number; code: number; lines: number }
  | { event: "retry"; segment: string; attempt: number; reason: string }
  | { event: "failed"; segment: string; reason: string }
  | { event: "stopping"; reason: string }
  | { event: "killed"; segment: string }
  | { event: "done"; reason: string };

/** Undefined for an event that this version does not know, or one that lacks what it needs. */
export function parseSupervisorLine(text: string): SupervisorEvent | undefined {
  const words = keyValues(text);
  const event = words.get("event") ?? "";
  const segment = words.get("segment") ?? "";
  const reason = words.get("reason") ?? "";
  const attempt = Number(words.get("attempt") ?? 1);
  switch (event) {
    case "armed":
      return valid({ event, atHostMs: Number(words.get("at")) * 1000, segments: Number(words.get("segments") ?? 0) });
    case "started": {
      const errorMs = Number(words.get("error_us") || Number.NaN) / 1000;
      return segment === ""
        ? undefined
        : valid({ event, segment, attempt, pid: Number(words.get("pid") ?? 0), errorMs });
    }
    case "exited": {
      const code = Number(words.get("code") || Number.NaN);
      return segment === ""
        ? undefined
        : valid({ event, segment, attempt, code, lines: Number(words.get("lines") ?? 0) });
    }
    case "retry":
      return segment === "" ? undefined : valid({ event, segment, attempt, reason });
    case "failed":
      return segment === "" ? undefined : { event, segment, reason };
    case "killed":
      return segment === "" ? undefined : { event, segment };
    case "stopping":
    case "done":
      return { event, reason };
    default:
      return undefined;
  }
}

/** Words without `=` belong to the value before them: a reason may be a sentence. */
function keyValues(text: string): Map<string, string> {
  const words = new Map<string, string>();
  let last: string | undefined;
  for (const word of text.split(" ")) {
    const equals = word.indexOf("=");
    if (equals > 0 && /^[a-z_]+$/.test(word.slice(0, equals))) {
      last = word.slice(0, equals);
      words.set(last, word.slice(equals + 1));
    } else if (last !== undefined) {
      words.set(last, `${words.get(last)} ${word}`);
    }
  }
  return words;
}

function valid<Event extends SupervisorEvent>(event: Event): Event | undefined {
  return Object.values(event).some((value) => typeof value === "number" && !Number.isFinite(value)) ? undefined : event;
}
