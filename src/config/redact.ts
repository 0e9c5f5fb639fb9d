/** The one place that decides what of other people's texts is never shown or stored. */
import type { Secret } from "./secret.ts";

/** A JSON Web Token, whole or cut off: servers and lk repeat the one that was refused. */
const token = /eyJ[\w.-]{8,}/g;
/** A shorter value would be found in the middle of words that are nobody's secret. */
const leastLength = 4;

/** `[token]` for each access token. */
export function withoutTokens(text: string): string {
  return text.replaceAll(token, "[token]");
}

/** The same, and `***` for each of the secrets. */
export function withoutSecrets(text: string, secrets: readonly Secret[]): string {
  let clean = withoutTokens(text);
  for (const secret of secrets) {
    const value = secret.reveal();
    if (value.length >= leastLength) clean = clean.replaceAll(value, "***");
  }
  return clean;
}
