/** The run's folder: the only place where phases meet. Paths only; no I/O. */
import { join } from "node:path";

export type RunFolder = ReturnType<typeof runFolder>;

/** Every path of one run below `<stateDir>/runs/<runId>`. */
export function runFolder(stateDir: string, runId: string) {
  const dir = join(stateDir, "runs", runId);
  return {
    runId,
    dir,
    /** The resolved configuration with secrets masked. */
    config: join(dir, "config.json"),
    /** Provenance: versions, command line, controller. */
    run: join(dir, "run.json"),
    plan: join(dir, "plan.json"),
    /** Who runs this run at the moment: process id and start. */
    controller: join(dir, "controller.json"),
    journal: join(dir, "journal.ndjson"),
    log: join(dir, "run.log"),
    target: join(dir, "target.json"),
    hosts: join(dir, "hosts.json"),
    /** How long VMs took, and which are missing. */
    provisioned: join(dir, "provisioned.json"),
    configured: join(dir, "configured.json"),
    armed: join(dir, "armed.json"),
    /** Clock offsets after the load. */
    clocksAfter: join(dir, "clocks-after.json"),
    /** How the load ended, and what was collected of each host. */
    load: join(dir, "load.json"),
    hostDir: (host: string) => join(dir, "hosts", host),
    /** The host's stream as it came in live, byte for byte a prefix of the collected one. */
    stream: (host: string) => join(dir, "hosts", host, "stream.log"),
    archive: (host: string) => join(dir, "hosts", `${host}.tar.gz`),
    roomsLog: join(dir, "observe", "rooms.ndjson"),
    metricsLog: join(dir, "observe", "livekit-metrics.ndjson"),
    roomNodesLog: join(dir, "observe", "room-nodes.ndjson"),
    answersLog: join(dir, "observe", "answers.ndjson"),
    kubernetesLog: join(dir, "observe", "kubernetes.ndjson"),
    probesLog: join(dir, "observe", "probes.ndjson"),
    result: join(dir, "result.json"),
    teardown: join(dir, "teardown.json"),
    reportHtml: join(dir, "report.html"),
    reportMd: join(dir, "report.md"),
    junit: join(dir, "junit.xml"),
    samplesCsv: join(dir, "samples.csv"),
  };
}
