import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Secret } from "../../src/config/secret.ts";
import { openRunLog } from "../../src/run/log.ts";

test("no secret reaches the log: by its type, by its value, or within an access token", () => {
  const dir = mkdtempSync(join(tmpdir(), "lkload-log-"));
  try {
    const secret = new Secret("correct-horse-battery");
    const path = join(dir, "run.log");
    const log = openRunLog(path, [secret]);
    log.info({ apiSecret: secret, nested: { list: [secret] } }, "typed");
    log.warn({ error: "refused correct-horse-battery at the door" }, "by value");
    log.warn("token eyJhbGciOiJIUzI1NiJ9.eyJ2aWRlbyI6e30sIm5iZiI6MX0.c2lnbmF0dXJl of a refused join");
    const text = readFileSync(path, "utf8");
    expect(text).not.toContain("correct-horse");
    expect(text).not.toContain("eyJ");
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { msg: string });
    expect(lines.map(({ msg }) => msg)).toEqual(["typed", "by value", "token [token] of a refused join"]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
