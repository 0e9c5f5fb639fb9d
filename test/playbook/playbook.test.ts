import { expect, test } from "vitest";
import { Secret } from "../../src/config/secret.ts";
import { applyPlaybook, PlaybookError } from "../../src/playbook/playbook.ts";
import { openLocal } from "../../src/remote/local.ts";

const signal = AbortSignal.timeout(20_000);

async function apply(script: string, variables = {}) {
  await using remote = await openLocal("h1", { become: "none", signal });
  return applyPlaybook(remote, { name: "mine.sh", script, variables, signal });
}

test("gives the facts", async () => {
  const facts = await apply("echo a=$LKLOAD_A", { LKLOAD_A: "1" });
  expect(facts.toRecord()).toEqual({ a: "1" });
});

test("a failure says what the playbook said, and keeps what it had found out", async () => {
  const error = await apply("echo os=x\necho 'error=no room: free some'\nexit 1").catch((error: unknown) => error);
  expect(error).toBeInstanceOf(PlaybookError);
  expect((error as PlaybookError).message).toBe("h1: mine.sh: no room: free some");
  expect((error as PlaybookError).kind).toBe("command");
  expect((error as PlaybookError).facts.get("os")).toBe("x");
});

test("an unexpected failure gives exit code and the end of standard error, without secrets", async () => {
  const variables = { LKLOAD_S: new Secret("LIVEKIT_API_SECRET=tops3cret\nLIVEKIT_API_KEY=k3yk3y") };
  const script = 'echo "bad: $LKLOAD_S eyJhbGciOiJI.eyJzdWIi.c2ln" >&2; exit 3';
  const error = await apply(script, variables).catch((error: unknown) => error);
  expect((error as PlaybookError).message).toMatch(
    /mine\.sh: exit code 3: bad: LIVEKIT_API_SECRET=\*\*\* \| LIVEKIT_API_KEY=\*\*\* \[token\]/,
  );
});
