import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Journal, ownedBy, readJournal } from "../../src/run/journal.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lkload-journal-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = () => new Journal(join(dir, "journal.ndjson"), () => 1000);

test("a host is owned from the intent to touch it until it is known to be clean", () => {
  const journal = open();
  journal.write({ event: "host-intent", host: "a" });
  journal.write({ event: "host-intent", host: "b" });
  journal.write({ event: "rooms-intent", rooms: ["r1", "r2"] });
  expect(journal.owned()).toEqual({ hosts: ["a", "b"], rooms: ["r1", "r2"], clouds: [] });
  journal.write({ event: "host-cleaned", host: "a", made: 3, removed: 3, note: null });
  journal.write({ event: "rooms-deleted", rooms: ["r2"] });
  expect(journal.owned()).toEqual({ hosts: ["b"], rooms: ["r1"], clouds: [] });
});

test("a host that was touched again after it was cleaned is owned again", () => {
  const journal = open();
  journal.write({ event: "host-intent", host: "a" });
  journal.write({ event: "host-cleaned", host: "a", made: 1, removed: 1, note: null });
  journal.write({ event: "host-intent", host: "a" });
  expect(journal.owned().hosts).toEqual(["a"]);
});

test("a last line that a crash cut short is left out, and everything before it counts", () => {
  const journal = open();
  journal.write({ event: "host-intent", host: "a" });
  appendFileSync(join(dir, "journal.ndjson"), '{"v":1,"atMs":5,"event":"host-cle');
  expect(ownedBy(readJournal(join(dir, "journal.ndjson"))).hosts).toEqual(["a"]);
});

test("damage in the middle is named by its line, never skipped", () => {
  const path = join(dir, "journal.ndjson");
  writeFileSync(
    path,
    '{"v":1,"atMs":1,"event":"host-intent","host":"a"}\ngarbage\n{"v":1,"atMs":1,"event":"host-intent","host":"b"}\n',
  );
  expect(() => readJournal(path)).toThrow("journal.ndjson:2");
});

test("no journal owns nothing", () => {
  expect(open().owned()).toEqual({ hosts: [], rooms: [], clouds: [] });
});

test("a cloud is owned from the intent to make something there until its own list is empty", () => {
  const journal = open();
  const creates = [{ kind: "server", count: 2 }];
  const intent = { cloud: null, region: null, projectId: "p", authUrl: "http://c/v3", cloudsFile: null, creates };
  journal.write({ event: "cloud-intent", place: "cloud", where: "OpenStack", ...intent });
  expect(journal.owned().clouds).toEqual([{ place: "cloud", where: "OpenStack", resources: creates }]);
  const port = { kind: "port", id: "1", name: "n" };
  journal.write({ event: "cloud-left", place: "cloud", resources: [port], note: null });
  expect(journal.owned().clouds[0]?.resources).toEqual([{ kind: "port", count: 1 }]);
  expect(journal.forFleet().notes()).toHaveLength(2);
  journal.write({ event: "cloud-left", place: "cloud", resources: [], note: null });
  expect(journal.owned().clouds).toEqual([]);
});
