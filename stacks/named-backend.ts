/** Any of terraform's backends, by its name: what its settings mean is between terraform and the user. */
import { TerraformBackend, type TerraformRemoteState } from "cdktf";
import type { Construct } from "constructs";

type Settings = Readonly<Record<string, string | number | boolean>>;

export class NamedBackend extends TerraformBackend {
  readonly #config: Settings;

  constructor(scope: Construct, backend: { type: string; config: Settings }) {
    super(scope, "backend", backend.type);
    this.#config = backend.config;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { ...this.#config };
  }

  override getRemoteStateDataSource(): TerraformRemoteState {
    throw new Error("nobody reads this state but terraform itself");
  }
}
