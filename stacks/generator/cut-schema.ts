/** The part of the provider's schema that lkload uses: what bindings are generated for. */

/** By the names of the provider. */
const used = {
  resource_schemas: [
    "openstack_blockstorage_volume_v3",
    "openstack_compute_instance_v2",
    "openstack_compute_keypair_v2",
    "openstack_compute_servergroup_v2",
    "openstack_networking_floatingip_v2",
    "openstack_networking_network_v2",
    "openstack_networking_port_v2",
    "openstack_networking_router_interface_v2",
    "openstack_networking_router_v2",
    "openstack_networking_secgroup_rule_v2",
    "openstack_networking_secgroup_v2",
    "openstack_networking_subnet_v2",
  ],
  data_source_schemas: ["openstack_compute_flavor_v2", "openstack_images_image_v2", "openstack_networking_network_v2"],
} as const;

type Blocks = Record<string, unknown>;
type ProviderSchema = { provider: unknown; resource_schemas: Blocks; data_source_schemas: Blocks };

/** What `terraform providers schema -json` prints. */
export type Schema = { format_version: string; provider_schemas: Record<string, ProviderSchema> };

/** @throws Error when the provider lacks something that lkload uses. */
export function cutSchema({ format_version, provider_schemas }: Schema): Schema {
  const cut = Object.entries(provider_schemas).map(([name, schema]) => [
    name,
    {
      provider: schema.provider,
      resource_schemas: pick(schema.resource_schemas, used.resource_schemas),
      data_source_schemas: pick(schema.data_source_schemas, used.data_source_schemas),
    },
  ]);
  return { format_version, provider_schemas: Object.fromEntries(cut) };
}

function pick(schemas: Blocks, names: readonly string[]): Blocks {
  return Object.fromEntries(
    names.map((name) => {
      if (schemas[name] === undefined) throw new Error(`the provider's schema has no ${name}`);
      return [name, schemas[name]];
    }),
  );
}

/** As the file is kept. */
export function formatSchema(schema: Schema): string {
  return `${JSON.stringify(schema, null, 1)}\n`;
}
