/** Where hosts come from. The run knows fleets by this interface alone. */
import type { Remote } from "../remote/remote.ts";
import type { FleetJournal } from "./fleet-journal.ts";
import type { FleetHost } from "./hosts-file.ts";

export type FleetContext = {
  runDir: string;
  signal: AbortSignal;
  journal: FleetJournal;
  /** For people: what happens at the moment, to one host or to all. */
  tell: (news: FleetNews) => void;
};

export type FleetNews =
  | { type: "note"; text: string }
  | { type: "warning"; text: string }
  | { type: "host"; host: string; status: "started" | "done" | "failed"; detail: string };

/** A VM's way to being usable, in ms. Null: not reached. */
export type BootTimes = {
  host: string;
  /** The VM's name in the cloud. */
  vm: string;
  /** From asking for it to the cloud's word that it runs. */
  createMs: number | null;
  /** From then to SSH answering with the pinned key. */
  sshMs: number | null;
  /** From then to cloud-init being done. */
  readyMs: number | null;
};

export type Provisioned = {
  hosts: FleetHost[];
  /** Hosts of the plan that can't be used, each with the reason: as many as the plan can do without. */
  failed: { name: string; error: string }[];
  /** Of VMs that were made. */
  boots: BootTimes[];
};

export type Released = {
  /** Kind by kind and place by place. */
  items: { what: string; where: string; made: number; removed: number; note: string | null }[];
  /** Exactly what is left; empty: nothing. */
  leftovers: string[];
};

export interface Fleet {
  readonly kind: "hosts" | "local" | "openstack";
  /** The hosts are thrown away with {@link release}: nothing on them has to be restored. */
  readonly disposable: boolean;
  /**
   * Makes or finds the hosts. Everything that it makes is journalled before it is made.
   * @throws LkloadError when fewer can be used than the plan needs
   */
  provision(context: FleetContext): Promise<Provisioned>;
  /** Opens a host that {@link provision} named. @throws {RemoteError} */
  open(host: FleetHost, signal: AbortSignal): Promise<Remote>;
  /** Removes what {@link provision} made, and proves it. Can be called again and again. Borrowed hosts: nothing to do. */
  release(context: FleetContext): Promise<Released>;
}

/** Machines that are there already: which they are needs no provisioning to know. */
export interface ExistingFleet extends Fleet {
  hosts(): Promise<FleetHost[]>;
}

export const nothingMade: Released = { items: [], leftovers: [] };
