import type { Result } from "../../metrics/result.ts";
import { byName } from "../host-outliers.ts";
import { formatCount } from "../quantity.ts";
import { html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { notMeasured, table } from "./table.ts";

/** What was meant to be in each room and what the server itself saw there. */
export function roomSection(result: Result): Markup {
  const rooms = result.rooms.toSorted((a, b) => byName(a.name, b.name));
  const columns = [
    { head: "Room" },
    { head: "Intended participants", numeric: true },
    { head: "Seen by the server", numeric: true },
    { head: "Tracks subscribed", numeric: true },
    { head: "Expected per subscriber", numeric: true },
  ];
  const rows = rooms.map(
    ({ name, intended, serverPeak, tracksSubscribed, expectedTracksPerSubscriber: { min, max } }) => ({
      tone: serverPeak !== null && serverPeak < intended ? ("warn" as const) : undefined,
      cells: [
        html`<code>${name}</code>`,
        formatCount(intended),
        serverPeak === null ? notMeasured() : formatCount(serverPeak),
        formatCount(tracksSubscribed),
        min === max ? formatCount(min) : `${formatCount(min)} to ${formatCount(max)}`,
      ],
    }),
  );
  return section(
    "rooms",
    "Rooms",
    "Seen by the server: the most participants that it listed at once. Expected: the tracks that the layout lets a subscriber have.",
    table("Rooms", columns, rows),
  );
}
