import { exitCodes, LkloadError } from "../../../errors.ts";

/** A service of the cloud answered otherwise than hoped for. */
export class OpenStackError extends LkloadError {
  /** Of the answer; null when there was none. */
  readonly status: number | null;

  constructor(what: string, status: number | null, reason: string, options: { hint?: string; cause?: unknown } = {}) {
    super(exitCodes.infrastructure, `${what}: ${reason}`, options);
    this.name = "OpenStackError";
    this.status = status;
  }
}

/**
 * The reason in an error's body. The services differ: Nova `{"forbidden": {"message": …}}`, Neutron
 * `{"NeutronError": {"message": …}}`, Keystone `{"error": {"message": …}}`, Glance HTML.
 */
export function reasonOf(status: number, body: string): string {
  try {
    const [inner] = Object.values(JSON.parse(body) as Record<string, unknown>);
    const message = typeof inner === "string" ? inner : (inner as { message?: unknown } | null)?.message;
    if (typeof message === "string" && message !== "") return message;
  } catch {
    // Not JSON: the status alone has to do.
  }
  return `HTTP status ${status}`;
}
