import { exitCodes, LkloadError } from "../../../errors.ts";
import { hintFor, type Problem } from "./problem.ts";

/** Terraform ran and failed. The message is the cloud's reason, not terraform's. */
export class TerraformFailure extends LkloadError {
  readonly command: string;
  /** Those that say something. */
  readonly problems: readonly Problem[];

  constructor(command: string, problems: readonly Problem[], fallback: string) {
    const telling = problems.filter(({ kind }) => kind !== "interrupted");
    const texts = [...new Set(telling.map(({ text }) => text))];
    const [first = fallback, ...others] = texts;
    const more = others.length === 0 ? "" : ` (and ${others.length} more: ${others.slice(0, 2).join("; ")})`;
    super(exitCodes.infrastructure, `terraform ${command} failed: ${first}${more}`, {
      hint: telling.map(({ kind }) => hintFor(kind)).find((hint) => hint !== undefined),
    });
    this.name = "TerraformFailure";
    this.command = command;
    this.problems = telling;
  }
}
