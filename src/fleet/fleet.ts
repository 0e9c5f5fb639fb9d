/** Where hosts come from. The run knows fleets by this interface alone. */
import type { Remote } from "../remote/remote.ts";
import type { FleetHost } from "./hosts-file.ts";

export type FleetContext = { runDir: string; signal: AbortSignal };

export interface Fleet {
  readonly kind: "hosts" | "local" | "openstack";
  /** Makes or finds the hosts. Everything that it makes is journalled before it is made. */
  provision(context: FleetContext): Promise<FleetHost[]>;
  /** Opens a host that {@link provision} named. @throws {RemoteError} */
  open(host: FleetHost, signal: AbortSignal): Promise<Remote>;
  /** Removes what {@link provision} made. Can be called again and again. Borrowed hosts: nothing to do. */
  release(context: FleetContext): Promise<void>;
}
