/** Spreads participants over rooms and hosts. Pure numbers: rooms and hosts are indices here. */
import { dealingOrder, evenShares, greatestCommonDivisor, proportionalShares } from "./shares.ts";

export type Counts = {
  readonly publishers: number;
  readonly videoPublishers: number;
  readonly audioPublishers: number;
  readonly subscribers: number;
};

/** The part of a room that one host carries. */
export type Piece = Counts & { readonly host: number; readonly room: number };

export type Partition = {
  readonly rooms: readonly Counts[];
  /** Participants of each host. */
  readonly hosts: readonly number[];
  /** By host, then by room. Every piece has a participant. */
  readonly pieces: readonly Piece[];
};

/**
 * Every room gets an even share of each count, every host an even share of the participants (both within one).
 *
 * Rooms and hosts are cut into as many equal groups as divide both numbers: a group's rooms live on a group's hosts.
 * So whole rooms stay on one host, and whole hosts in one room, wherever the numbers allow it; otherwise a room is cut
 * where a host is full.
 */
export function partition(total: Counts, roomCount: number, hostCount: number): Partition {
  const groups = greatestCommonDivisor(roomCount, hostCount);
  const rooms = spreadOverRooms(total, dealingOrder(roomCount, groups));
  const sizes = rooms.map((room) => room.publishers + room.subscribers);
  const participants = sizes.reduce((a, b) => a + b, 0);
  // Both remainders are dealt to the groups in the same order, so that each group's rooms fill its hosts exactly.
  const hosts = evenShares(participants, dealingOrder(hostCount, groups));
  return { rooms, hosts, pieces: assignKinds(rooms, cutRooms(sizes, hosts)) };
}

function spreadOverRooms(total: Counts, order: readonly number[]): Counts[] {
  // Subscribers' remainder starts where the publishers' ended: room sizes differ by at most one. Video's and audio's
  // start with the publishers': no room gets more publishers of a kind than publishers.
  const publishers = evenShares(total.publishers, order);
  const videoPublishers = evenShares(total.videoPublishers, order);
  const audioPublishers = evenShares(total.audioPublishers, order);
  const subscribers = evenShares(total.subscribers, order, total.publishers % order.length);
  return publishers.map((count, room) => ({
    publishers: count,
    videoPublishers: videoPublishers[room]!,
    audioPublishers: audioPublishers[room]!,
    subscribers: subscribers[room]!,
  }));
}

type Cut = { readonly host: number; readonly room: number; readonly participants: number };

/** Lays the rooms end to end and cuts the line where a host is full. */
function cutRooms(sizes: readonly number[], hosts: readonly number[]): Cut[] {
  const cuts: Cut[] = [];
  let host = 0;
  let free = hosts[0] ?? 0;
  for (const [room, size] of sizes.entries()) {
    let left = size;
    while (left > 0) {
      while (free === 0) free = hosts[++host]!;
      const participants = Math.min(left, free);
      cuts.push({ host, room, participants });
      left -= participants;
      free -= participants;
    }
  }
  return cuts;
}

/** Who of each piece publishes: the room's publishers, and among them each kind, in proportion to the pieces. */
function assignKinds(rooms: readonly Counts[], cuts: readonly Cut[]): Piece[] {
  const byRoom = Map.groupBy(cuts, (cut) => cut.room);
  return [...byRoom].flatMap(([room, own]) => {
    const counts = rooms[room]!;
    const sizes = own.map((cut) => cut.participants);
    const publishers = proportionalShares(counts.publishers, sizes);
    const video = proportionalShares(counts.videoPublishers, publishers);
    const audio = proportionalShares(counts.audioPublishers, publishers);
    return own.map((cut, i) => ({
      host: cut.host,
      room,
      publishers: publishers[i]!,
      videoPublishers: video[i]!,
      audioPublishers: audio[i]!,
      subscribers: cut.participants - publishers[i]!,
    }));
  });
}
