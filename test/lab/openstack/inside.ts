/** The part of `npm run lab:openstack` that runs inside the lab's network. */
import { chdir } from "node:process";
import { runForeground } from "../foreground.ts";
import { startLivekitServer } from "../livekit-server.ts";
import { tempDir } from "../temp-dir.ts";
import { controllerAddress, pathWithLkload, writeJob } from "./job.ts";
import { makeTenantNetwork, projectContents, purgeProject } from "./project.ts";

await purgeProject();
await makeTenantNetwork("tenant-net");
await using job = await tempDir("openstack-job");
await using server = await startLivekitServer({ bindAddress: controllerAddress });
await writeJob(job.path);
const [command = "bash", ...args] = process.argv.slice(2);
chdir(job.path);
console.error(
  `In ${job.path}: openrc.sh, lkload.yaml, a LiveKit server at ${server.url}, and lkload. Exit ends all of it.`,
);
process.exitCode = await runForeground(command, args, { env: { PATH: await pathWithLkload(job.path), ...server.env } });
console.error("In the project now:", await projectContents());
