/**
 * A channel's two directions apart: as one Duplex it would close itself, and with it lose the exit code of a command
 * that closes its output before it ends.
 */
import { Transform, Writable, type Readable } from "node:stream";
import type { ClientChannel } from "ssh2";

export function inputOf(channel: ClientChannel): Writable {
  const stdin = new Writable({
    write: (chunk: Buffer, _encoding, callback) => void channel.write(chunk, callback),
    final: (callback) => {
      channel.eof();
      callback();
    },
  });
  // A command that does not read its input to the end is nothing to report.
  stdin.on("error", () => undefined);
  channel.once("close", () => stdin.destroy());
  return stdin;
}

/** What the command itself writes: what comes before the line `marker` is a login script's, and left out. */
export function outputOf(channel: ClientChannel, marker: string): Readable {
  const line = Buffer.from(`${marker}\n`);
  // The end of what came, as long as the line may be in it; undefined once it was.
  let before: Buffer | undefined = Buffer.alloc(0);
  const stdout = new Transform({
    transform: (chunk: Buffer, _encoding, callback) => {
      if (before === undefined) {
        callback(null, chunk);
        return;
      }
      const text = Buffer.concat([before, chunk]);
      const at = text.indexOf(line);
      before = at < 0 ? text.subarray(-line.length) : undefined;
      // An empty chunk would be the end for some readers.
      if (at >= 0 && at + line.length < text.length) callback(null, text.subarray(at + line.length));
      else callback();
    },
  });
  channel.pipe(stdout);
  stdout.once("close", () => channel.resume());
  return stdout;
}
