import { expect, test } from "vitest";
import { parseSupervisorLine } from "../../src/load/supervisor-line.ts";

test.each([
  [
    "event=armed at=1795377519.178000 segments=2 deadline=1795377609.178000",
    { event: "armed", atHostMs: 1795377519178, segments: 2 },
  ],
  [
    "event=started segment=s2 attempt=1 pid=19409 error_us=2343",
    { event: "started", segment: "s2", attempt: 1, pid: 19409, errorMs: 2.343 },
  ],
  [
    "event=started segment=s2 attempt=1 pid=19409 error_us=-120",
    { event: "started", segment: "s2", attempt: 1, pid: 19409, errorMs: -0.12 },
  ],
  [
    "event=exited segment=s1 attempt=2 code=130 lines=42",
    { event: "exited", segment: "s1", attempt: 2, code: 130, lines: 42 },
  ],
  [
    "event=retry segment=s1 attempt=1 reason=exit code 2 after 1 s",
    { event: "retry", segment: "s1", attempt: 1, reason: "exit code 2 after 1 s" },
  ],
  ["event=failed segment=s1 reason=no attempt left", { event: "failed", segment: "s1", reason: "no attempt left" }],
  ["event=stopping reason=deadman", { event: "stopping", reason: "deadman" }],
  ["event=killed segment=s1", { event: "killed", segment: "s1" }],
  ["event=done reason=finished", { event: "done", reason: "finished" }],
])("%s", (text, event) => expect(parseSupervisorLine(text)).toEqual(event));

test.each([
  "",
  "event=unheard-of segment=s1",
  "event=started attempt=1 pid=1 error_us=1",
  "event=started segment=s1 attempt=1 pid=1",
  "event=exited segment=s1 attempt=1 code=",
  "segment=s1",
])("what lacks something needed is no event: %j", (text) => {
  expect(parseSupervisorLine(text)).toBeUndefined();
});
