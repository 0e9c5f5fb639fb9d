import { writeFile } from "node:fs/promises";
import { stringify } from "yaml";

/** One cluster, one user, one context `lab`. */
export async function writeKubeconfig(
  file: string,
  { cluster, user, namespace }: { cluster: object; user: object; namespace?: string },
): Promise<void> {
  const context = { cluster: "lab", user: "lab", ...(namespace === undefined ? {} : { namespace }) };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "lab",
    clusters: [{ name: "lab", cluster }],
    users: [{ name: "lab", user }],
    contexts: [{ name: "lab", context }],
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
}
