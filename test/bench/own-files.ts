/** Files of their own for lab hosts, which otherwise share this machine's: as on machines apart. */
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { LabHost, LabHosts } from "../lab/hosts.ts";
import { runCommand } from "../lab/run-command.ts";

/**
 * Gives each host an empty folder of its own in place of each of these of this machine. They lie below the lab's
 * folder and go with it.
 */
export async function giveOwnFiles(lab: LabHosts, folders: readonly string[]): Promise<void> {
  await Promise.all(
    lab.hosts.map(async (host) => {
      for (const [index, folder] of folders.entries()) {
        const own = ownFolder(lab, host, index);
        await mkdir(own, { recursive: true });
        await chmod(own, folder === "/var/tmp" ? 0o1777 : 0o755);
        // sshd has a mount namespace of its own, by `ip netns exec`; its sessions are in it.
        await runCommand("nsenter", [`--mount=/proc/${host.pid}/ns/mnt`, "mount", "--bind", own, folder]);
      }
    }),
  );
}

/** Where this machine sees the folder that the host has in place of `folders[index]`. */
export function ownFolder(lab: LabHosts, host: LabHost, index: number): string {
  return join(lab.dir, `files-of-${host.name}`, String(index));
}
