/** The cluster's authorities, certificates and service account key (EC P-256), made by openssl in a moment. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";

type Leaf = { ca: string; name: string; subject: string; usage: "serverAuth" | "clientAuth"; names?: string };

const leaves: readonly Leaf[] = [
  {
    ca: "ca",
    name: "apiserver",
    subject: "/CN=kube-apiserver",
    usage: "serverAuth",
    names: "IP:127.0.0.1,IP:10.0.0.1,DNS:localhost,DNS:kubernetes.default.svc",
  },
  { ca: "ca", name: "admin", subject: "/O=system:masters/CN=admin", usage: "clientAuth" },
  { ca: "front-proxy-ca", name: "front-proxy", subject: "/CN=front-proxy", usage: "clientAuth" },
];

/** Writes `<name>.crt` and `<name>.key` into the folder. */
export async function makeCertificates(dir: string, signal: AbortSignal): Promise<void> {
  const openssl = (...args: string[]) => runCommand("openssl", args, { cwd: dir, signal });
  const makeKey = (name: string) =>
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", `${name}.key`);

  await makeKey("sa");
  for (const ca of ["ca", "front-proxy-ca"]) {
    await makeKey(ca);
    await openssl("req", "-x509", "-new", "-key", `${ca}.key`, "-subj", `/CN=${ca}`, "-days", "2", "-out", `${ca}.crt`);
  }
  for (const { ca, name, subject, usage, names } of leaves) {
    await makeKey(name);
    await openssl("req", "-new", "-key", `${name}.key`, "-subj", subject, "-out", `${name}.csr`);
    const extensions = [`extendedKeyUsage=${usage}`, "keyUsage=digitalSignature"];
    if (names !== undefined) extensions.push(`subjectAltName=${names}`);
    await writeFile(join(dir, `${name}.ext`), `${extensions.join("\n")}\n`);
    const from = ["-in", `${name}.csr`, "-CA", `${ca}.crt`, "-CAkey", `${ca}.key`, "-extfile", `${name}.ext`];
    await openssl("x509", "-req", ...from, "-days", "2", "-out", `${name}.crt`);
  }
}
