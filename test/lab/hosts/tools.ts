import { access, constants } from "node:fs/promises";
import { userInfo } from "node:os";

const TOOLS: Record<string, { paths: string[]; package: string }> = {
  ip: { paths: ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"], package: "iproute2" },
  nft: { paths: ["/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft"], package: "nftables" },
  sshd: { paths: ["/usr/sbin/sshd", "/usr/bin/sshd"], package: "openssh-server" },
  cc: { paths: ["/usr/bin/cc"], package: "gcc libc6-dev" },
  sudo: { paths: ["/usr/bin/sudo"], package: "sudo" },
};

export type Tool = "ip" | "nft" | "sshd" | "cc" | "sudo";

/** Where the tools are. @throws Error, of one line, with what to install or how to start the tests */
export async function requireTools<Name extends Tool>(...names: Name[]): Promise<Record<Name, string>> {
  if (userInfo().uid !== 0) throw new Error("lab hosts are network namespaces: run these tests as root");
  const found: [string, string][] = [];
  const missing: string[] = [];
  for (const name of names) {
    const path = await firstExecutable(TOOLS[name]?.paths ?? []);
    if (path === undefined) missing.push(TOOLS[name]?.package ?? name);
    else found.push([name, path]);
  }
  if (missing.length > 0) throw new Error(`lab hosts need more tools: apt-get install ${missing.join(" ")}`);
  return Object.fromEntries(found) as Record<Name, string>;
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const there = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return path;
  }
  return undefined;
}
