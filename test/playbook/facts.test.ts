import { expect, test } from "vitest";
import { parseFacts } from "../../src/playbook/facts.ts";
import { knobsOf } from "../../src/playbook/tuning.ts";

test("facts are lines of key=value; the rest is chatter", () => {
  const facts = parseFacts("os=Debian 12 = bookworm\nhello\ncores=2\n=x\nwarning=a\nwarning=b\nchanged=lk\n");
  expect(facts.get("os")).toBe("Debian 12 = bookworm");
  expect(facts.int("cores")).toBe(2);
  expect(facts.int("os")).toBeNull();
  expect(facts.int("absent")).toBeNull();
  expect(facts.warnings).toEqual(["a", "b"]);
  expect(facts.changed).toEqual(["lk"]);
  expect(facts.toRecord()).toEqual({ os: "Debian 12 = bookworm", cores: "2", warning: "b", changed: "lk" });
});

test("knobs keep their order; an unknown state is not guessed at", () => {
  const facts = parseFacts("knob.b=changed|1|2\nknob.a=absent||\nknob.c=odd|1|2\nknob.d=ok|1 2 3|1 2 3\n");
  expect(knobsOf(facts)).toEqual([
    { name: "b", state: "changed", before: "1", after: "2" },
    { name: "a", state: "absent", before: "", after: "" },
    { name: "d", state: "ok", before: "1 2 3", after: "1 2 3" },
  ]);
});
