/** Showing values of the configuration without showing what is secret. */
import { Secret } from "./secret.ts";

/** Settings whose value is never shown. */
const secretPaths = ["livekit.apiSecret", "ssh.passphrase"];
const secretWords = /secret|pass(phrase|word|wd)?\b|token|private.?key|credential/i;

/** Whether a setting, known or mistyped, may hold something secret. */
export function isSecret(path: readonly PropertyKey[]): boolean {
  return secretPaths.includes(path.join(".")) || path.some((name) => secretWords.test(String(name)));
}

/** Whether a secret stands somewhere below: a value in the section's place may be that secret. */
function holdsSecret(path: readonly PropertyKey[]): boolean {
  return path.length === 0 || secretPaths.some((secret) => secret.startsWith(`${path.join(".")}.`));
}

/** A value for a message, short and on one line; undefined where it must not be shown. */
export function showValue(path: readonly PropertyKey[], value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (isSecret(path) || value instanceof Secret) return "***";
  if (value === null) return "(empty)";
  if (holdsSecret(path)) return undefined;
  // What holds further settings may hold a secret among them.
  if (Array.isArray(value)) return "(a list)";
  if (typeof value === "object") return "(a map)";
  const text =
    typeof value === "string" ? maskUrl(value) : typeof value === "number" ? String(value) : `${value === true}`;
  const shown = typeof value === "string" && !/^[^\s"'#\p{Cc}]+$/u.test(text) ? JSON.stringify(text) : text;
  return shown.length > 100 ? `${shown.slice(0, 97)}…` : shown;
}

/** Hides the password of a URL (`https://user:***@host`) and of anything that looks like one. */
export function maskUrl(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s/]*@/gi, "$1***@");
}

/** A line of a file for a message: what follows a secret's name is hidden. */
export function maskLine(line: string): string {
  const masked = maskUrl(line);
  const match = secretWords.exec(masked);
  if (!match) return masked;
  const colon = masked.indexOf(":", match.index);
  return colon === -1 ? "***" : `${masked.slice(0, colon + 1)} ***`;
}
