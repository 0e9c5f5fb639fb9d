import { findTerraform, type TerraformBinary } from "../../src/fleet/openstack/terraform/binary.ts";

/** @throws Error of one line with the command that gets one: tests are not skipped where there is none. */
export async function labTerraform(signal: AbortSignal): Promise<TerraformBinary> {
  try {
    return await findTerraform({ bin: null, env: process.env, signal });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${reason}: \`curl -fsSL https://get.opentofu.org/install-opentofu.sh | sh -s -- --install-method deb\` installs OpenTofu`,
      { cause: error },
    );
  }
}
