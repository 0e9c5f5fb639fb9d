/** Settings from several places, later ones over earlier ones, each remembered with where it came from. */

export type OriginKind = "default" | "scenario" | "file" | "environment" | "flag";

/** Where a value came from: `lkload.yaml:12:5`, `LIVEKIT_URL`, `--participants`, a scenario's name, or why it is so. */
export type Origin = { readonly origin: OriginKind; readonly detail: string };

export type Setting = { readonly path: readonly string[]; readonly value: unknown } & Origin;

export type Settings = {
  /** In the shape of the file. */
  readonly input: Record<string, unknown>;
  /** By dotted path of each value that was set. Lists count as one value. */
  readonly origins: Map<string, Origin>;
};

/** Puts settings on top of each other; the last one wins. */
export function layer(settings: readonly Setting[]): Settings {
  const input: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  for (const { path, value, origin, detail } of settings) {
    if (setAt(input, path, value)) origins.set(path.join("."), { origin, detail });
  }
  return { input, origins };
}

/** False where something other than a map stands in the way: that is refused by itself. */
function setAt(root: Record<string, unknown>, path: readonly string[], value: unknown): boolean {
  let map = root;
  for (const name of path.slice(0, -1)) {
    if (!Object.hasOwn(map, name)) define(map, name, {});
    const next = map[name];
    if (!isMap(next)) return false;
    map = next;
  }
  define(map, path.at(-1)!, value);
  return true;
}

/** Also for names such as `__proto__`, which must be seen as the unknown keys that they are. */
function define(map: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
}

/** The values of a tree of maps, with their paths. Lists and empty maps are values. */
export function leaves(tree: unknown, path: readonly string[] = []): { path: readonly string[]; value: unknown }[] {
  if (!isMap(tree) || Object.keys(tree).length === 0) return path.length === 0 ? [] : [{ path, value: tree }];
  return Object.entries(tree).flatMap(([name, value]) => leaves(value, [...path, name]));
}

export function isMap(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function valueAt(tree: unknown, path: readonly PropertyKey[]): unknown {
  let value = tree;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[name];
  }
  return value;
}
