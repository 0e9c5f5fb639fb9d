/** When a VM can be worked with: SSH answers with the known key, and cloud-init is done. */
import { setTimeout as delay } from "node:timers/promises";
import { RemoteError, type Remote } from "../../remote/remote.ts";

const pauseMs = 2000;

/**
 * Connects, again and again while the VM does not answer, and waits for cloud-init.
 * @param open one attempt
 * @throws {RemoteError} `refused` at once (another try gives the same); `connection` or `timeout` when the time is up;
 *   `command` when cloud-init failed
 */
export async function waitUntilReady(
  open: (signal: AbortSignal) => Promise<Remote>,
  options: { signal: AbortSignal; timeoutMs: number; onSsh?: () => void },
): Promise<Remote> {
  const { signal, timeoutMs, onSsh = () => undefined } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      const remote = await open(signal);
      onSsh();
      return await ready(remote, { signal, timeoutMs: Math.max(1000, deadline - performance.now()) });
    } catch (error) {
      // A VM that is busy with booting may take longer than a first command's time.
      const lost = error instanceof RemoteError && (error.kind === "connection" || error.kind === "timeout");
      if (!lost || performance.now() > deadline) throw error;
    }
    await delay(pauseMs, undefined, { signal });
  }
}

/** What cloud-init says of itself with exit code 2 is a warning: it is done all the same. */
async function ready(remote: Remote, call: { signal: AbortSignal; timeoutMs: number }): Promise<Remote> {
  try {
    const { exitCode, stdout, stderr } = await remote.exec(["cloud-init", "status", "--wait", "--long"], call);
    if (exitCode === 0 || exitCode === 2) return remote;
    const words = `${stdout}\n${stderr}`.trim().replaceAll(/\s+/g, " ").slice(0, 300);
    throw new RemoteError("command", remote.host, `cloud-init failed: ${words}`, {
      hint: "see /var/log/cloud-init-output.log on the VM",
    });
  } catch (error) {
    await remote.close();
    throw error;
  }
}
