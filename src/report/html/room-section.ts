import type { Result } from "../../metrics/result.ts";
import { byName } from "../host-outliers.ts";
import { formatCount } from "../quantity.ts";
import { html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { notMeasured, table } from "./table.ts";

/** What was meant to be in each room and what the server itself saw there. */
export function roomSection(result: Result): Markup {
  const rooms = result.rooms.toSorted((a, b) => byName(a.name, b.name));
  const isHomeKnown = rooms.some(({ homes }) => homes !== null);
  const columns = [
    { head: "Room" },
    { head: "Intended participants", numeric: true },
    { head: "Seen by the server", numeric: true },
    { head: "Tracks subscribed", numeric: true },
    { head: "Expected per subscriber", numeric: true },
    ...(isHomeKnown ? [{ head: "Lived on", wraps: true }] : []),
  ];
  const rows = rooms.map(
    ({ name, intended, serverPeak, tracksSubscribed, expectedTracksPerSubscriber: { min, max }, homes }) => ({
      tone: serverPeak !== null && serverPeak < intended ? ("warn" as const) : undefined,
      cells: [
        html`<code>${name}</code>`,
        formatCount(intended),
        serverPeak === null ? notMeasured() : formatCount(serverPeak),
        formatCount(tracksSubscribed),
        min === max ? formatCount(min) : `${formatCount(min)} to ${formatCount(max)}`,
        ...(isHomeKnown ? [home(homes)] : []),
      ],
    }),
  );
  return section(
    "rooms",
    "Rooms",
    `Seen by the server: the most participants that it listed at once. Expected: the tracks that the layout lets a subscriber have.${isHomeKnown ? " Lived on: the server that has the room, as a join was told (LiveKit keeps each room on one)." : ""}`,
    table("Rooms", columns, rows),
  );
}

function home(homes: Result["rooms"][number]["homes"]) {
  if (homes === null) return notMeasured();
  const servers = homes.map(({ nodeId, server }) => html`<code>${server ?? nodeId}</code>`);
  return servers.map((server, index) => [index > 0 && ", then ", server]);
}
