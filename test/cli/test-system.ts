import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../src/cli/program.ts";
import type { System } from "../../src/cli/system.ts";

export type CliRun = { exitCode: number; stdout: string; stderr: string };

export type CliOptions = {
  env?: Record<string, string>;
  /** Files of the folder that the call is made in, by name. */
  files?: Record<string, string>;
  columns?: number;
  isTTY?: boolean;
};

/** A folder of its own to call lkload in, removed at the end. */
export class TestFolder implements AsyncDisposable {
  readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async make(files: Record<string, string> = {}): Promise<TestFolder> {
    const dir = await mkdtemp(join(tmpdir(), "lkload-cli-"));
    for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
    return new TestFolder(dir);
  }

  /** Everything below the folder. */
  async list(): Promise<string[]> {
    return (await readdir(this.dir, { recursive: true })).sort();
  }

  /** Runs one whole call of lkload inside this process. */
  async lkload(argv: readonly string[], options: Omit<CliOptions, "files"> = {}): Promise<CliRun> {
    let stdout = "";
    let stderr = "";
    const { columns = 80, isTTY = false } = options;
    const system: System = {
      env: options.env ?? {},
      cwd: this.dir,
      home: this.dir,
      pid: 1,
      nodeVersion: "24.0.0",
      stdout: { isTTY, columns, write: (text) => void (stdout += text) },
      stderr: { isTTY, columns, write: (text) => void (stderr += text) },
      now: () => Date.UTC(2026, 0, 1),
      interrupt: new AbortController().signal,
      forced: new AbortController().signal,
      commandLine: ["lkload", ...argv].join(" "),
    };
    const exitCode = await runCli(argv, system);
    return { exitCode, stdout, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** One call in a folder that is gone afterwards. */
export async function lkload(argv: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  await using folder = await TestFolder.make(options.files);
  return await folder.lkload(argv, options);
}
