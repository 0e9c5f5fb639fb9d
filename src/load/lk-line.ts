/**
 * One line that lk's load test printed, as data. What each line proves (pkg/loadtester, lk 2.18.2):
 * - `publishing …`: that publisher has joined. Nothing says that its track was really published.
 * - `subscribed to track …`: that subscriber has joined and its track's first packet has arrived.
 * - `could not connect …`: that tester did not join, after ten silent attempts 1 s apart.
 * - `Finished connecting …`: every tester without a `could not connect` line has joined, however many that are.
 */
export type LkLine =
  | { type: "starting"; room: string }
  | { type: "publishing"; kind: "audio" | "video"; identity: string; index: number }
  | {
      type: "subscribed";
      identity: string;
      index: number;
      sid: string;
      kind: "audio" | "video";
      /** `n/m`: tracks of the participants that this subscriber follows; m grows while they become known. */
      subscribed: number | undefined;
      known: number | undefined;
    }
  | { type: "connect-failed"; role: "publisher" | "subscriber"; number: number; message: string }
  | { type: "subscription-failed"; identity: string; sid: string }
  | { type: "finished-connecting" }
  | { type: "panic"; message: string; recovered: boolean }
  | { type: "table-title"; table: "tracks" | "summaries" }
  | { type: "table-row"; cells: string[] }
  | { type: "table-rule" }
  | { type: "blank" }
  | { type: "other"; text: string };

const starting = /^Starting load test with .*, room: (.*)$/;
const publishing = /^publishing (?:simulcast )?(audio|video) track - (.*_pub_(\d+))$/;
const subscribed = /^subscribed to track (.*_(\d+)) (\S+) (audio|video)(?: (\d+)\/(\d+))?$/;
const connectFailed = /^could not connect (Pub|Sub) (-?\d+): (.*)$/;
const subscriptionFailed = /^track subscription failed, lp:([^,]*), sid:([^,]*), rp:/;

/** Tells the kinds of lines apart; what is none of them is `other`. */
export function parseLkLine(text: string): LkLine {
  if (text === "" || text.trim() === "") return { type: "blank" };
  const first = text.charAt(0);
  let match: RegExpExecArray | null;
  if (first === "│") return { type: "table-row", cells: cells(text) };
  if (first === "┌" || first === "├" || first === "└") return { type: "table-rule" };
  if ((match = subscribed.exec(text))) {
    const [, identity = "", index, sid = "", kind, n, m] = match;
    return {
      type: "subscribed",
      identity,
      index: Number(index),
      sid,
      kind: kind === "audio" ? "audio" : "video",
      subscribed: n === undefined ? undefined : Number(n),
      known: m === undefined ? undefined : Number(m),
    };
  }
  if ((match = publishing.exec(text))) {
    const [, kind, identity = "", index] = match;
    return { type: "publishing", kind: kind === "audio" ? "audio" : "video", identity, index: Number(index) };
  }
  if ((match = connectFailed.exec(text))) {
    const [, role, number, message = ""] = match;
    return {
      type: "connect-failed",
      role: role === "Pub" ? "publisher" : "subscriber",
      number: Number(number),
      message,
    };
  }
  if ((match = subscriptionFailed.exec(text))) {
    return { type: "subscription-failed", identity: match[1] ?? "", sid: match[2] ?? "" };
  }
  if (/^Finished connecting to room\b.*, waiting /.test(text)) return { type: "finished-connecting" };
  if ((match = starting.exec(text))) return { type: "starting", room: match[1] ?? "" };
  if (text === "Track loading:") return { type: "table-title", table: "tracks" };
  if (text === "Subscriber summaries:") return { type: "table-title", table: "summaries" };
  if (text.startsWith("caught panic in consumeTrack")) return { type: "panic", message: text, recovered: true };
  if (/^(?:panic|fatal error): /.test(text)) return { type: "panic", message: text, recovered: false };
  return { type: "other", text };
}

/** Of `│ a │ b │`. Error texts hold no `│`; what stands behind the last one is not part of the table. */
function cells(text: string): string[] {
  const parts = text.split("│");
  return parts.slice(1, -1).map((cell) => cell.trim());
}
