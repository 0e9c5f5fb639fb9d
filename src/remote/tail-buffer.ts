/** Keeps the end of a stream: what a command says last tells why it failed. */
export class TailBuffer {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    // Twice the limit before it is cut, so that many small chunks do not cost a copy each.
    if (this.#bytes > 2 * this.#maxBytes) {
      const kept = Buffer.concat(this.#chunks).subarray(-this.#maxBytes);
      this.#chunks = [kept];
      this.#bytes = kept.length;
    }
  }

  toString(): string {
    return Buffer.concat(this.#chunks).subarray(-this.#maxBytes).toString("utf8");
  }
}

/** How much of a command's standard error is kept. */
export const STDERR_BYTES = 64 * 1024;
