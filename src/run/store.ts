/** Reads and writes the run folder's documents. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { z } from "zod";
import { exitCodes, LkloadError } from "../errors.ts";

/** Replaces the file as a whole: a reader, or the disk after a crash, sees the old document or the new one. */
export function writeText(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.part`;
  const file = openSync(draft, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}

export function writeJson(path: string, document: unknown): void {
  writeText(path, `${JSON.stringify(document, null, 2)}\n`);
}

/** @throws {LkloadError} exit 2 when the file is absent or is not the document that was expected. */
export function readJson<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> {
  const document = readJsonIfThere(path, schema);
  if (document === undefined) {
    throw new LkloadError(exitCodes.usage, `${path} is missing`, {
      hint: "the run did not get that far; see run.log in its folder",
    });
  }
  return document;
}

/** Undefined when there is no such file: the phase that writes it was not reached. */
export function readJsonIfThere<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new LkloadError(exitCodes.usage, `${path} cannot be read`, { cause: error });
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new LkloadError(exitCodes.usage, `${path} is not JSON`, { cause: error });
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new LkloadError(
    exitCodes.usage,
    `${path} is not a document that this version of lkload reads: ${first?.path.join(".") ?? ""} ${first?.message ?? ""}`,
    { cause: parsed.error },
  );
}
