/** What is there with any number of VMs: network, router, groups, and a cloud that is out of breath. */
const baseMs = 300_000;
/** Of a VM with its port and floating IP. Nova answers at once and deletes in the background: 5 s in the lab's cloud. */
const deleteMs = 60_000;
/**
 * Terraform writes its whole local state after each resource. Deleting 1,000 VMs that took the cloud no time took
 * terraform 175 s (2 cores); with ports and floating IPs the state is three times as long, and written three times as often.
 */
const stateMs = 1000;

/**
 * How long one `terraform destroy` may take, in ms: after that it hangs, and the sweep does better. VMs go in waves of
 * as many as terraform has operations at once.
 */
export function destroyLimitMs(vms: number, parallelism: number): number {
  return baseMs + Math.ceil(vms / parallelism) * deleteMs + vms * stateMs;
}
