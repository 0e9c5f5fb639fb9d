/** `user@address:port`, as people write the machines they log in to. Pure. */
import { isIPv6 } from "node:net";

export type Address = { user: string | undefined; host: string; port: number | undefined };

const hostShape = /^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\.?$/;
const userShape = /^[A-Za-z0-9_][^\s:'"`$;&|<>(){}/]*$/;

/**
 * Parses `user@host:port`, `[2001:db8::1]:22` or a bare IPv6 address.
 * @returns what is wrong with it, as text, where it is none of these
 */
export function parseAddress(text: string): Address | string {
  if (/^[a-z]+:\/\//i.test(text)) return "must be [user@]host[:port], without a scheme such as ssh://";
  if (/\s/.test(text)) return "must be [user@]host[:port], without spaces";
  const at = text.lastIndexOf("@");
  const user = at === -1 ? undefined : text.slice(0, at);
  if (user !== undefined && !userShape.test(user)) return `the user name ${JSON.stringify(user)} is not one`;
  const rest = text.slice(at + 1);
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(rest);
  if (bracketed) return withPort(user, bracketed[1]!, bracketed[2], isIPv6(bracketed[1]!));
  if (isIPv6(rest)) return { user, host: rest, port: undefined };
  const parts = rest.split(":");
  if (parts.length > 2) return "must have one colon, before the port; IPv6 addresses with a port stand in brackets";
  return withPort(user, parts[0]!, parts[1], hostShape.test(parts[0]!));
}

function withPort(user: string | undefined, host: string, port: string | undefined, valid: boolean): Address | string {
  if (host === "") return "must name a host: [user@]host[:port]";
  if (!valid) return `${JSON.stringify(host)} is not a host name or an address`;
  if (port === undefined) return { user, host, port: undefined };
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number < 1 || number > 65_535) return `the port ${JSON.stringify(port)} is not a number from 1 to 65535`;
  return { user, host, port: number };
}

/** The shortest text that {@link parseAddress} reads as the same. */
export function formatAddress({ user, host, port }: Address): string {
  const name = port !== undefined && isIPv6(host) ? `[${host}]` : host;
  return `${user === undefined ? "" : `${user}@`}${name}${port === undefined ? "" : `:${port}`}`;
}
