/**
 * A channel's two directions apart: as one Duplex it would close itself, and with it lose the exit code of a command
 * that closes its output before it ends.
 */
import { PassThrough, Writable, type Readable } from "node:stream";
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

export function outputOf(channel: ClientChannel): Readable {
  const stdout = new PassThrough();
  channel.pipe(stdout);
  stdout.once("close", () => channel.resume());
  return stdout;
}
