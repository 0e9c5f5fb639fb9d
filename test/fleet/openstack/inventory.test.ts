import { expect, test } from "vitest";
import {
  gcSelection,
  Memory,
  runSelection,
  selectFrom,
  type Listings,
} from "../../../src/fleet/openstack/inventory.ts";
import { description, keyComment, metadata, runName, type RunMarks } from "../../../src/fleet/openstack/marks.ts";

const marks: RunMarks = {
  prefix: "lkload",
  runId: "20261122-194812-k3f9",
  createdAtMs: Date.UTC(2026, 10, 22, 19, 48, 12),
  expiresAtMs: Date.UTC(2026, 10, 22, 23, 48, 12),
  owner: "ada@workstation",
};
const name = runName(marks);
const about = description(marks);
const none: Listings = {
  servers: [],
  ports: [],
  floatingIps: [],
  routers: [],
  subnets: [],
  networks: [],
  securityGroups: [],
  serverGroups: [],
  keyPairs: [],
  volumes: [],
};
const server = (id: string, changes: Partial<Listings["servers"][number]> = {}) => ({
  id,
  name: `${name}-01`,
  status: "ACTIVE",
  metadata: metadata(marks),
  "os-extended-volumes:volumes_attached": [],
  ...changes,
});
const port = (id: string, changes: Partial<Listings["ports"][number]> = {}) => ({
  id,
  name: `${name}-01`,
  description: about,
  device_id: "",
  device_owner: "",
  network_id: "net",
  ...changes,
});
const keyPair = (name: string, comment: string) => ({ keypair: { name, public_key: `ssh-ed25519 AAAA ${comment}` } });
const kindsAndIds = (listings: Partial<Listings>, memory?: Memory, selection = runSelection(marks)) =>
  selectFrom({ ...none, ...listings }, selection, memory).map(({ kind, id }) => `${kind} ${id}`);

test("everything that a stack makes is found, in the order in which it can be deleted", () => {
  const thing = (id: string) => ({ id, name, description: about });
  expect(
    kindsAndIds({
      keyPairs: [keyPair(name, keyComment(marks))],
      networks: [thing("n")],
      subnets: [thing("s")],
      routers: [thing("r")],
      securityGroups: [thing("g")],
      serverGroups: [{ id: "sg", name, members: ["vm"] }],
      servers: [server("vm")],
      ports: [
        port("p"),
        port("i", { name: "", description: "", device_id: "r", device_owner: "network:router_interface" }),
        port("made-by-nova", { name: "", description: "", device_id: "vm", device_owner: "compute:nova" }),
      ],
      floatingIps: [{ id: "f", floating_ip_address: "198.51.100.7", description: about }],
    }),
  ).toEqual([
    "floating IP f",
    "server vm",
    "port p",
    "port made-by-nova",
    "router interface i",
    "router r",
    "subnet s",
    "network n",
    "security group g",
    "server group sg",
    `key pair ${name}`,
  ]);
});

test("one mark is not enough, and near misses are none", () => {
  const theirs = { ...marks, runId: "20261122-194812-k3f8" };
  const thing = (id: string, name: string, description: string) => ({ id, name, description });
  expect(
    kindsAndIds({
      servers: [
        server("no metadata", { metadata: {} }),
        server("another name", { name: "web-01" }),
        server("another run", { metadata: metadata(theirs) }),
        server("longer name", { name: `${name}x-01` }),
        server("the run alone", { metadata: { "lkload-run": marks.runId } }),
      ],
      networks: [
        thing("the name alone", name, ""),
        thing("the description alone", "web", about),
        thing("the name inside", `my-${name}`, about),
      ],
      ports: [
        port("of another's server", { name: "", description: "", device_id: "vm", device_owner: "compute:nova" }),
        port("of another's router", {
          name: "",
          description: "",
          device_id: "r",
          device_owner: "network:router_interface",
        }),
      ],
      floatingIps: [
        {
          id: "another prefix",
          floating_ip_address: "",
          description: about.replace("lkload-name=lkload", "lkload-name=web"),
        },
        { id: "another run", floating_ip_address: "", description: description(theirs) },
        { id: "none", floating_ip_address: "", description: "" },
      ],
      keyPairs: [
        keyPair(name, "ada@workstation"),
        keyPair(`${name}-2`, keyComment(marks)),
        keyPair("web", keyComment(marks)),
      ],
      serverGroups: [
        { id: "longer", name: `${name}-2`, members: [] },
        { id: "with another's member", name, members: ["vm"] },
      ],
    }),
  ).toEqual([]);
});

test("what a server leaves behind is known by the server that was seen before", () => {
  const memory = new Memory();
  const attached = [
    { id: "root", delete_on_termination: true },
    { id: "data", delete_on_termination: false },
  ];
  kindsAndIds({ servers: [server("vm", { "os-extended-volumes:volumes_attached": attached })] }, memory);
  const later: Partial<Listings> = {
    volumes: [
      { id: "root", name: "", metadata: {} },
      { id: "data", name: "", metadata: {} },
    ],
    ports: [port("nova's", { name: "", description: "", device_id: "vm", device_owner: "compute:nova" })],
  };
  expect(kindsAndIds(later, memory)).toEqual(["port nova's", "volume root"]);
  expect(kindsAndIds(later)).toEqual([]);
});

test("gc takes runs whose time is over, and leaves those whose time is unknown", () => {
  const servers = [server("vm"), server("unknown", { metadata: { "lkload-run": "r", "lkload-name": name } })];
  const expired = (atMs: number) => kindsAndIds({ servers }, undefined, gcSelection({ expiredAtMs: atMs }));
  expect(expired(marks.expiresAtMs - 1)).toEqual([]);
  expect(expired(marks.expiresAtMs)).toEqual(["server vm"]);
  const older = (beforeMs: number) => kindsAndIds({ servers }, undefined, gcSelection({ createdBeforeMs: beforeMs }));
  expect(older(marks.createdAtMs)).toEqual([]);
  expect(older(marks.createdAtMs + 1)).toEqual(["server vm"]);
  expect(kindsAndIds({ servers }, undefined, gcSelection({}))).toEqual(["server vm"]);
});

test("gc takes what all that was asked for holds of", () => {
  const servers = [server("vm")];
  const both = (expiredAtMs: number, createdBeforeMs: number) =>
    kindsAndIds({ servers }, undefined, gcSelection({ expiredAtMs, createdBeforeMs }));
  expect(both(marks.expiresAtMs, marks.createdAtMs + 1)).toEqual(["server vm"]);
  expect(both(marks.expiresAtMs - 1, marks.createdAtMs + 1)).toEqual([]);
  expect(both(marks.expiresAtMs, marks.createdAtMs)).toEqual([]);
  expect(kindsAndIds({ servers }, undefined, gcSelection({ runId: marks.runId }))).toEqual(["server vm"]);
  expect(kindsAndIds({ servers }, undefined, gcSelection({ runId: `${marks.runId}x` }))).toEqual([]);
});

test("what carries its run's name alone is known after the rest of the run is gone", () => {
  const memory = new Memory();
  const expired = gcSelection({ expiredAtMs: marks.expiresAtMs });
  const rest: Partial<Listings> = {
    keyPairs: [keyPair(name, keyComment(marks))],
    serverGroups: [{ id: "sg", name, members: [] }],
  };
  kindsAndIds({ ...rest, servers: [server("vm")] }, memory, expired);
  expect(kindsAndIds(rest, memory, expired)).toEqual(["server group sg", `key pair ${name}`]);
  expect(kindsAndIds(rest, undefined, expired)).toEqual([]);
});

test("a key pair of a run's further cloud is named by its first VM", () => {
  const keyPairs = [keyPair(`${name}-02`, keyComment(marks)), keyPair(`${name}-x`, keyComment(marks))];
  expect(kindsAndIds({ keyPairs })).toEqual([`key pair ${name}-02`]);
});

test("a key pair tells its run's age by the run's id, and its expiry by what else is there", () => {
  const keyPairs = [keyPair(name, keyComment(marks))];
  const gc = gcSelection({ createdBeforeMs: marks.createdAtMs + 1 });
  expect(kindsAndIds({ keyPairs }, undefined, gc)).toEqual([`key pair ${name}`]);
  const expired = gcSelection({ expiredAtMs: marks.expiresAtMs });
  expect(kindsAndIds({ keyPairs }, undefined, expired)).toEqual([]);
  const securityGroups = [{ id: "g", name, description: about }];
  expect(kindsAndIds({ keyPairs, securityGroups }, undefined, expired)).toEqual([
    "security group g",
    `key pair ${name}`,
  ]);
});
