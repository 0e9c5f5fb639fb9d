/** Ending a command together with everything that it started. */

/**
 * For `sh -c SCRIPT sh PGID`: SIGTERM to the process group, SIGKILL to what is left of it a second later.
 * Exits 0 in any case: after SIGKILL there is nothing more to do, and zombies whose parent does not wait for them
 * look alive for as long as they like.
 */
const END_GROUP = `
kill -s TERM -- "-$1" 2>/dev/null || exit 0
n=0
while kill -s 0 -- "-$1" 2>/dev/null; do
  n=$((n + 1))
  [ "$n" -eq 20 ] && kill -s KILL -- "-$1" 2>/dev/null
  [ "$n" -ge 30 ] && exit 0
  sleep 0.05
done
exit 0`;

/** The command that ends process group `groupId`. */
export function endGroupCommand(groupId: number, asRoot: "sudo" | "no"): string[] {
  const command = ["sh", "-c", END_GROUP, "sh", String(groupId)];
  return asRoot === "sudo" ? ["sudo", "-n", "--", ...command] : command;
}

/** How long {@link endGroupCommand} may take at most, with room for a slow machine. */
export const END_GROUP_TIMEOUT_MS = 5000;
