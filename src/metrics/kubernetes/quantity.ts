/** Kubernetes quantities: `250m`, `499988235n`, `524289Ki`, `14Gi`, `1e3`. */

const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * In the base unit: cores for CPU, bytes for memory. Null for what is no quantity: no figure, not 0.
 * Format: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(text: string | undefined | null): number | null {
  if (typeof text !== "string") return null;
  const found = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text);
  if (found === null) return null;
  const [, digits = "", exponent, suffix = ""] = found;
  const scale = exponent === undefined ? suffixes[suffix] : 10 ** Number(exponent);
  const value = Number(digits) * (scale ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}
