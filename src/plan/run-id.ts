/** No look-alikes (0 o, 1 l i): people read run ids aloud. */
const alphabet = "23456789abcdefghjkmnpqrstuvwxyz";

/**
 * A run id such as `20261122-194812-k3f9`: UTC time, so that ids sort by it, and four random characters.
 * Lower case, digits and dashes: fits names of VMs, rooms and folders.
 * @param random uniform in [0, 1)
 */
export function newRunId(nowMs: number, random: () => number): string {
  const time = new Date(nowMs).toISOString();
  const stamp = `${time.slice(0, 10).replaceAll("-", "")}-${time.slice(11, 19).replaceAll(":", "")}`;
  const suffix = Array.from({ length: 4 }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
  return `${stamp}-${suffix}`;
}
