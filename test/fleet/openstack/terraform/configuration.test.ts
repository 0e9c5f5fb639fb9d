import { expect, test } from "vitest";
import { parseVersion } from "../../../../src/fleet/openstack/terraform/binary.ts";
import { cliConfigText } from "../../../../src/fleet/openstack/terraform/cli-config.ts";
import { terraformEnvironment } from "../../../../src/fleet/openstack/terraform/environment.ts";
import { parallelismFor } from "../../../../src/fleet/openstack/terraform/terraform.ts";

test("the user's credentials and proxies reach terraform; what changes its commands does not", () => {
  const env = {
    OS_CLOUD: "acme",
    HTTPS_PROXY: "http://proxy:3128",
    TF_CLI_ARGS_apply: "-target=x",
    TF_LOG: "TRACE",
    TF_WORKSPACE: "other",
    TF_CLI_CONFIG_FILE: "/home/ada/.terraformrc",
    EMPTY: undefined,
  };
  expect(terraformEnvironment(env, "/run/terraform.rc")).toEqual({
    OS_CLOUD: "acme",
    HTTPS_PROXY: "http://proxy:3128",
    TF_CLI_CONFIG_FILE: "/run/terraform.rc",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    CHECKPOINT_DISABLE: "1",
  });
});

test("providers come from a mirror, or from the registry through a cache", () => {
  expect(cliConfigText({ pluginCacheDir: "/c", mirrorDir: "/srv/${x}" })).toBe(
    'provider_installation {\n  filesystem_mirror {\n    path = "/srv/$${x}"\n  }\n}\n',
  );
  expect(cliConfigText({ pluginCacheDir: "/c", mirrorDir: null })).toBe(
    'plugin_cache_dir = "/c"\nplugin_cache_may_break_dependency_lock_file = true\n',
  );
});

test("versions as terraform and tofu print them", () => {
  expect(parseVersion("Terraform v1.11.4")).toEqual({ product: "terraform", version: "1.11.4" });
  expect(parseVersion("OpenTofu v1.10.0-dev")).toEqual({ product: "tofu", version: "1.10.0-dev" });
  expect(parseVersion("Packer v1.0.0")).toBeUndefined();
});

test("parallelism follows the fleet, within bounds", () => {
  expect([1, 10, 60, 1000].map(parallelismFor)).toEqual([10, 10, 60, 100]);
});
