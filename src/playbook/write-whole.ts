import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";

/** A file appears whole or not at all. */
export async function writeWhole(path: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await write(draft);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
