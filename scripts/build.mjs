#!/usr/bin/env node
/** Compiles src/ into dist/, which is what gets published: Node strips types only outside node_modules. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const main = join(root, "dist", "src", "main.js");

// Whatever is no longer in src/ must not be published.
rmSync(join(root, "dist"), { recursive: true, force: true });
const tsc = join(root, "node_modules", ".bin", "tsc");
const { status, error } = spawnSync(tsc, ["-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });
if (status !== 0) fail(`tsc -p tsconfig.build.json: ${error?.message ?? `exit code ${status}`}`);
if (!existsSync(main)) fail(`tsc did not write ${main}`);
if (!readFileSync(main, "utf8").startsWith("#!/usr/bin/env node\n"))
  fail("src/main.ts must begin with #!/usr/bin/env node");
chmodSync(main, 0o755);

function fail(message) {
  console.error(message);
  process.exit(1);
}
