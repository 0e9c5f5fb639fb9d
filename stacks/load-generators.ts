/** The machines that generate load, as a CDKTF stack. Synthesized in process: no child process, no network. */
import {
  computeServergroupV2,
  dataOpenstackComputeFlavorV2,
  dataOpenstackImagesImageV2,
  provider,
} from "@cdktf/provider-openstack";
import { App, LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { join } from "node:path";
import { runName } from "../src/fleet/openstack/marks.ts";
import { stackName, stackPath } from "../src/fleet/openstack/stack-path.ts";
import { makeAccess } from "./access.ts";
import { specProblems, type LoadGeneratorsSpec } from "./load-generators-spec.ts";
import { literal } from "./literal.ts";
import { NamedBackend } from "./named-backend.ts";
import { makeNetwork } from "./network.ts";
import { makeVms } from "./virtual-machines.ts";

/** Requests that fail with a broken connection or a 5xx are sent again; the provider's own default is never. */
const maxRetries = 5;

export class LoadGenerators extends TerraformStack {
  /** @throws Error with all that is wrong with the specification */
  constructor(scope: Construct, spec: LoadGeneratorsSpec) {
    super(scope, stackName);
    const problems = specProblems(spec);
    if (problems.length > 0) throw new Error(`the stack can't be made: ${problems.join("; ")}`);
    const { cloud, region } = spec.provider;
    // Relative: the state stays beside the stack's file wherever the folder goes.
    if (!spec.backend) new LocalBackend(this, { path: "terraform.tfstate" });
    else new NamedBackend(this, spec.backend);
    // Credentials come from the environment or clouds.yaml, never from here.
    new provider.OpenstackProvider(this, "openstack", {
      ...(cloud === null ? {} : { cloud }),
      ...(region === null ? {} : { region }),
      maxRetries,
    });
    const access = makeAccess(this, spec);
    const network = makeNetwork(this, spec);
    const shared = {
      spec,
      access,
      network,
      flavorId: findFlavor(this, spec.flavor),
      imageId: findImage(this, spec.image),
      serverGroupId: spec.spreadOverHypervisors ? makeServerGroup(this, spec) : null,
    };
    new TerraformOutput(this, "vms", { value: makeVms(this, shared), staticId: true });
  }
}

function findFlavor(scope: Construct, flavor: LoadGeneratorsSpec["flavor"]): string {
  if ("id" in flavor) return flavor.id;
  const wanted = "name" in flavor ? { name: literal(flavor.name) } : { vcpus: flavor.vcpus, ram: flavor.ramMb };
  return new dataOpenstackComputeFlavorV2.DataOpenstackComputeFlavorV2(scope, "flavor", wanted).id;
}

function findImage(scope: Construct, image: LoadGeneratorsSpec["image"]): string {
  if ("id" in image) return image.id;
  const wanted = "name" in image ? { name: literal(image.name) } : { nameRegex: literal(image.nameRegex) };
  return new dataOpenstackImagesImageV2.DataOpenstackImagesImageV2(scope, "image", { ...wanted, mostRecent: true }).id;
}

function makeServerGroup(scope: Construct, spec: LoadGeneratorsSpec): string {
  return new computeServergroupV2.ComputeServergroupV2(scope, "server-group", {
    name: runName(spec.marks),
    policies: ["soft-anti-affinity"],
  }).id;
}

/**
 * Writes the stack as terraform reads it.
 * @returns the folder to run terraform in: `<outDir>/stacks/load-generators`, with `cdk.tf.json`
 * @throws Error with all that is wrong with the specification
 */
export function synthesize(spec: LoadGeneratorsSpec, outDir: string): string {
  // Where each attribute was set: a third of the time for 1,000 VMs, and nobody reads it.
  process.env["CDKTN_DISABLE_CREATION_STACK"] = "1";
  const app = new App({ outdir: outDir, stackTraces: false });
  new LoadGenerators(app, spec);
  app.synth();
  return join(outDir, stackPath);
}
