/** The kernel settings that lkload made on a host, as Ansible is told to make them. */
import type { ConfiguredHost } from "../../../src/metrics/raw.ts";

export type Setting = { file: string; before: string; after: string };
export type Settings = { sysctls: Map<string, Setting>; files: Setting[] };

export function settingsOf(host: ConfiguredHost): Settings {
  const settings: Settings = { sysctls: new Map(), files: [] };
  for (const { name, state, before, after } of host.tuning.knobs) {
    if (state !== "changed" && state !== "ok") continue;
    const file = deviceFile(name);
    if (file !== undefined) settings.files.push({ file, before, after });
    else if (!name.startsWith("nic.")) {
      settings.sysctls.set(name, { file: `/proc/sys/${name.replaceAll(".", "/")}`, before, after });
    }
  }
  return settings;
}

/** As playbooks/tune-kernel.sh names what is not a sysctl. */
function deviceFile(knob: string): string | undefined {
  const length = /^nic\.(.+)\.txqueuelen$/.exec(knob);
  if (length) return `/sys/class/net/${length[1]}/tx_queue_len`;
  const spread = /^nic\.(.+)\.([rt]x-\d+)\.([rx]ps)$/.exec(knob);
  if (spread) return `/sys/class/net/${spread[1]}/queues/${spread[2]}/${spread[3]}_cpus`;
  const governor = /^(cpu\d+\/cpufreq)\/governor$/.exec(knob);
  if (governor) return `/sys/devices/system/cpu/${governor[1]}/scaling_governor`;
  return undefined;
}
