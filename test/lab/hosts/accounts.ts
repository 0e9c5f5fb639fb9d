/** A host's own users and homes: `ip netns exec` mounts the files of /etc/netns/<namespace> over those of /etc. */
import { chmod, chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Besides root. */
export const LAB_USER = "loader";
const LAB_USER_ID = 64_321;

/**
 * Gives root an empty home, so that what this machine's root has set up for its shells is not on the host, and adds
 * {@link LAB_USER}. Whether `sudo -n` works for that one is up to `sudo`.
 */
export async function setUpAccounts(
  namespace: string,
  dir: string,
  options: { sudo: boolean; bashrc: string },
): Promise<void> {
  const rootHome = join(dir, "root");
  await mkdir(rootHome, { mode: 0o700 });
  if (options.bashrc !== "") await writeFile(join(rootHome, ".bashrc"), options.bashrc);
  const home = join(dir, "home");
  await mkdir(home);
  await chown(home, LAB_USER_ID, LAB_USER_ID);

  const etc = join("/etc/netns", namespace);
  await mkdir(etc, { recursive: true });
  const derive = async (name: string, mode: number, change: (text: string) => string) => {
    const file = join(etc, name);
    await writeFile(file, change(await readFile(join("/etc", name), "utf8")), { mode });
    await chmod(file, mode);
  };
  const user = `${LAB_USER}:x:${LAB_USER_ID}:${LAB_USER_ID}::${home}:/bin/sh\n`;
  await derive("passwd", 0o644, (text) => text.replace(/^(root:[^\n]*):[^:\n]*:/m, `$1:${rootHome}:`) + user);
  await derive("group", 0o644, (text) => `${text}${LAB_USER}:x:${LAB_USER_ID}:\n`);
  // `*`: no password fits. `!` would be a locked account, which sshd lets nobody into.
  await derive("shadow", 0o600, (text) => `${text}${LAB_USER}:*:19000:0:99999:7:::\n`);
  if (options.sudo) await derive("sudoers", 0o440, (text) => `${text}\n${LAB_USER} ALL=(ALL:ALL) NOPASSWD: ALL\n`);
}
