/** A user that one host alone has: `ip netns exec` mounts the files of /etc/netns/<namespace> over those of /etc. */
import { chmod, chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

export const LAB_USER = "loader";
const LAB_USER_ID = 64_321;

/** Adds {@link LAB_USER} to the host; whether `sudo -n` works for it is up to `sudo`. */
export async function addLabUser(namespace: string, dir: string, options: { sudo: boolean }): Promise<void> {
  const home = join(dir, "home");
  await mkdir(home);
  await chown(home, LAB_USER_ID, LAB_USER_ID);
  const etc = join("/etc/netns", namespace);
  await mkdir(etc, { recursive: true });
  const add = async (name: string, line: string, mode: number) => {
    const file = join(etc, name);
    await writeFile(file, `${await readFile(join("/etc", name), "utf8")}${line}\n`);
    await chmod(file, mode);
  };
  await add("passwd", `${LAB_USER}:x:${LAB_USER_ID}:${LAB_USER_ID}::${home}:/bin/sh`, 0o644);
  await add("group", `${LAB_USER}:x:${LAB_USER_ID}:`, 0o644);
  // `*`: no password fits. `!` would be a locked account, which sshd lets nobody into.
  await add("shadow", `${LAB_USER}:*:19000:0:99999:7:::`, 0o600);
  if (options.sudo) await add("sudoers", `${LAB_USER} ALL=(ALL:ALL) NOPASSWD: ALL`, 0o440);
}
