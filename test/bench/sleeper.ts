/** How late this machine wakes anybody who sleeps: what other work on it costs all that has to be on time. */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** As playbooks/generator.sh sleeps: by the shell alone, without starting a process. */
const script = `exec 6<> <(:)
while :; do
  before=\${EPOCHREALTIME/./}
  read -r -t 0.05 -u 6 _
  echo $((\${EPOCHREALTIME/./} - before - 50000))
done`;

export interface Sleeper extends AsyncDisposable {
  /** Ends it. @returns how much longer each of its sleeps of 50 ms was */
  latenessMs(): Promise<number[]>;
}

export function startSleeper(): Sleeper {
  const child = spawn("bash", ["-c", script], { stdio: ["ignore", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const closed = once(child, "close");
  const end = async () => {
    child.kill("SIGKILL");
    await closed;
  };
  return {
    async latenessMs() {
      await end();
      // The last line may be cut.
      const lines = Buffer.concat(chunks).toString().split("\n").slice(0, -1);
      return lines.map((line) => Math.max(0, Number(line) / 1000));
    },
    [Symbol.asyncDispose]: end,
  };
}
