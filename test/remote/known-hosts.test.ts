import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { judgeHostKey, knownHostsName, parseKnownHosts } from "../../src/remote/known-hosts.ts";
import { fingerprint, keyType } from "../../src/remote/public-key.ts";

// From the ssh-keygen of OpenSSH 9.2: `ssh-keygen -lf` printed the fingerprint.
const KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIPNDN3FKtiGD5cDKLTjO9TFOLxymnTMzbYSmfELhqWNL";
const key = Buffer.from(KEY, "base64");
const other = Buffer.concat([key.subarray(0, -1), Buffer.from([1])]);
const OTHER = other.toString("base64");

const judge = (text: string, host = "alpha.example", port = 22, presented = key) =>
  judgeHostKey(parseKnownHosts("kh", text), host, port, presented).kind;

describe("judgeHostKey", () => {
  test.each([
    ["the name", `alpha.example ssh-ed25519 ${KEY}`],
    ["the name among others, with a comment", `beta,alpha.example,10.0.0.1 ssh-ed25519 ${KEY} somebody@somewhere`],
    ["the name in another case", `ALPHA.example ssh-ed25519 ${KEY}`],
    ["a wildcard", `*.example ssh-ed25519 ${KEY}`],
    ["a wildcard for one character", `alph?.example ssh-ed25519 ${KEY}`],
    ["several keys, one of them right", `alpha.example ssh-ed25519 ${OTHER}\nalpha.example ssh-ed25519 ${KEY}`],
    ["tabs, comments and empty lines around it", `# x\n\n  alpha.example\tssh-ed25519\t${KEY}\r\n`],
  ])("trusts a key by %s", (_what, text) => {
    expect(judge(text)).toBe("trusted");
  });

  test.each([
    ["an empty file", ""],
    ["other hosts only", `beta ssh-ed25519 ${KEY}`],
    ["a negated name, whatever else matches", `*.example,!alpha.example ssh-ed25519 ${KEY}`],
    ["a dot that is a dot", `alpha-example ssh-ed25519 ${KEY}`],
    ["a part of the name", `alpha.exampl ssh-ed25519 ${KEY}`],
    ["a certificate authority", `@cert-authority *.example ssh-ed25519 ${KEY}`],
    ["a line that is cut off", "alpha.example ssh-ed25519"],
    ["the host on another port", `[alpha.example]:2222 ssh-ed25519 ${KEY}`],
  ])("does not know a key by %s", (_what, text) => {
    expect(judge(text)).toBe("unknown");
  });

  test("another key than the known one has changed, and the line is told", () => {
    const lines = parseKnownHosts("kh", `# first\nalpha.example ssh-ed25519 ${OTHER}`);
    expect(judgeHostKey(lines, "alpha.example", 22, key)).toMatchObject({
      kind: "changed",
      known: { file: "kh", line: 2, type: "ssh-ed25519" },
    });
  });

  test("a revoked key is revoked even where it is known", () => {
    const text = `alpha.example ssh-ed25519 ${KEY}\n@revoked * ssh-ed25519 ${KEY}`;
    expect(judge(text)).toBe("revoked");
    expect(judge(text, "alpha.example", 22, other)).toBe("changed");
    expect(judge(`@revoked * ssh-ed25519 ${KEY}`, "alpha.example", 22, other)).toBe("unknown");
  });

  test("hashed names", () => {
    const hashed = (name: string) => {
      const salt = Buffer.from("0123456789abcdef0123");
      const hash = createHmac("sha1", salt).update(name).digest("base64");
      return `|1|${salt.toString("base64")}|${hash} ssh-ed25519 ${KEY}`;
    };
    expect(judge(hashed("alpha.example"))).toBe("trusted");
    expect(judge(hashed("beta.example"))).toBe("unknown");
    expect(judge(hashed("[alpha.example]:2222"), "alpha.example", 2222)).toBe("trusted");
  });

  test("ports of their own: known by name and port, or by the same key without port", () => {
    expect(judge(`[alpha.example]:2222 ssh-ed25519 ${KEY}`, "alpha.example", 2222)).toBe("trusted");
    expect(judge(`[alpha.example]:2222 ssh-ed25519 ${OTHER}`, "alpha.example", 2222)).toBe("changed");
    expect(judge(`alpha.example ssh-ed25519 ${KEY}`, "alpha.example", 2222)).toBe("trusted");
    expect(judge(`alpha.example ssh-ed25519 ${OTHER}`, "alpha.example", 2222)).toBe("unknown");
    expect(knownHostsName("Alpha", 22)).toBe("alpha");
    expect(knownHostsName("fe80::1", 2222)).toBe("[fe80::1]:2222");
  });
});

test("a key's type and fingerprint", () => {
  expect(keyType(key)).toBe("ssh-ed25519");
  expect(keyType(Buffer.alloc(2))).toBe("");
  expect(fingerprint(key)).toBe("SHA256:fv7NvdsnltwkdMZwFM7BsxZiIklo2roo/MZKksHJFMs");
});
