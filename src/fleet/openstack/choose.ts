/** Which flavor, image and network are meant, as terraform's provider chooses them; where none is, the nearest names. */
import { nearestNames } from "../../config/nearest.ts";
import type { OpenstackConfig } from "../../config/schema.ts";
import { exitCodes, LkloadError } from "../../errors.ts";
import type { Cloud } from "./rest/cloud.ts";
import type { Flavor, Image, NetworkOffer } from "./rest/offers.ts";

/** Something that the configuration names is not in the cloud, or stands there twice. */
export class NotFound extends LkloadError {
  constructor(message: string, hint: string) {
    super(exitCodes.infrastructure, message, { hint });
    this.name = "NotFound";
  }
}

type Place = Pick<Cloud, "projectName">;

/** @throws {NotFound} */
export function chooseFlavor(wanted: OpenstackConfig["flavor"], flavors: readonly Flavor[], place: Place): Flavor {
  if (typeof wanted === "object" && "vcpus" in wanted) {
    const found = flavors.filter(({ vcpus, ram }) => vcpus === wanted.vcpus && ram === wanted.ramMb);
    const sizes = flavors.map(({ name, vcpus, ram }) => `${name} (${vcpus} vCPU, ${ram} MB)`);
    const words = `flavor with ${wanted.vcpus} vCPU and ${wanted.ramMb} MB`;
    return single(found, { kind: words, setting: "openstack.flavor", place, there: sizes.slice(0, 6) });
  }
  return byNameOrId(flavors, wanted, { kind: "flavor", setting: "openstack.flavor (--flavor)", place });
}

/** The most recent one. @throws {NotFound} */
export function chooseImage(wanted: OpenstackConfig["image"], images: readonly Image[], place: Place): Image {
  const about = { kind: "image", setting: "openstack.image (--image)", place };
  if (typeof wanted === "object" && "id" in wanted) return byNameOrId(images, wanted, about);
  const fits = matcher(wanted);
  const found = images.filter(({ name }) => fits(name)).toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1));
  const [latest] = found;
  if (latest !== undefined) return latest;
  const names = images.map(({ name }) => name);
  const given = typeof wanted === "string" ? wanted : "name" in wanted ? wanted.name : wanted.regex;
  const what = typeof wanted === "object" && "regex" in wanted ? `whose name fits ${given}` : `called ${given}`;
  throw missing({ ...about, what, given, names });
}

function matcher(wanted: Exclude<OpenstackConfig["image"], { id: string }>): (name: string) => boolean {
  if (typeof wanted === "string") return (name) => name === wanted;
  if ("name" in wanted) return (name) => name === wanted.name;
  const regex = new RegExp(wanted.regex);
  return (name) => regex.test(name);
}

/** @throws {NotFound} */
export function chooseNetwork(
  wanted: string | { id: string },
  networks: readonly NetworkOffer[],
  about: { setting: string; place: Place; external?: boolean },
): NetworkOffer {
  const offered = about.external === true ? networks.filter((network) => network["router:external"]) : networks;
  const kind = about.external === true ? "external network" : "network";
  return byNameOrId(offered, wanted, { kind, setting: about.setting, place: about.place });
}

type About = { kind: string; setting: string; place: Place };

function byNameOrId<T extends { id: string; name: string }>(
  offered: readonly T[],
  wanted: string | { id: string },
  about: About,
): T {
  const given = typeof wanted === "string" ? wanted : wanted.id;
  const found = offered.filter(({ id, name }) => (typeof wanted === "string" ? name === given : id === given));
  if (found.length > 0) return single(found, { ...about, kind: `${about.kind} called ${given}`, there: [] });
  const names = offered.map(({ id, name }) => (typeof wanted === "string" ? name : id));
  throw missing({
    ...about,
    what: typeof wanted === "string" ? `called ${given}` : `with the id ${given}`,
    given,
    names,
  });
}

function single<T extends { id: string; name: string }>(
  found: readonly T[],
  { kind, setting, place, there }: About & { there: readonly string[] },
): T {
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  if (first === undefined) {
    throw new NotFound(`project ${place.projectName} has no ${kind}`, `there are ${there.join(", ") || "none"}`);
  }
  const ids = found.map(({ name, id }) => `${name} ${id}`).join(", ");
  throw new NotFound(
    `project ${place.projectName} has ${found.length} of ${kind}`,
    `set ${setting} to the id of one: ${ids}`,
  );
}

function missing(options: About & { what: string; given: string; names: readonly string[] }): NotFound {
  const { kind, setting, place, what, given, names } = options;
  const near = nearestNames(given, names, 5);
  const hint =
    names.length === 0
      ? `there is none at all: ask those who run the cloud`
      : `set ${setting}; ${near.length < names.length ? `nearest of ${names.length}` : "there are"}: ${near.join(", ")}`;
  return new NotFound(`project ${place.projectName} has no ${kind} ${what}`, hint);
}
