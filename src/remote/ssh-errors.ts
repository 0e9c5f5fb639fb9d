/** What went wrong on the way to a host, in words, and whether another try can help. */
import { RemoteError } from "./remote.ts";
import type { SshTarget } from "./ssh-target.ts";

/** As ssh2 and node's sockets throw them. */
type SshFailure = Error & { level?: string; code?: string | number };

/** Errors that know better than the SSH library what happened pass through. */
export function connectError(error: unknown, target: SshTarget): RemoteError {
  if (error instanceof RemoteError) return error;
  const failure = error as SshFailure;
  const where = `${target.address} port ${target.port}`;
  const make = (kind: "connection" | "refused", message: string, hint?: string) =>
    new RemoteError(kind, target.name, message, { cause: error, ...(hint === undefined ? {} : { hint }) });

  switch (String(failure.code)) {
    case "ECONNREFUSED":
      return make("connection", `nothing listens at ${where}`, "is sshd running there, and is the port right?");
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return make(
        "connection",
        `no address found for ${target.address}`,
        "check the name, and the DNS of this machine",
      );
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return make(
        "connection",
        `no route to ${where}`,
        "check the address, the network and, if it needs one, proxyJump",
      );
    case "ETIMEDOUT":
      return make("connection", `no answer from ${where}`, TIMEOUT_HINT);
    case "ECONNRESET":
    case "EPIPE":
      return make("connection", `${where} closed the connection`, BUSY_HINT);
    default:
  }
  if (failure.level === "client-timeout" || failure.name === "TimeoutError" || /timed out/i.test(failure.message)) {
    return make("connection", `no SSH session with ${where} in time`, TIMEOUT_HINT);
  }
  if (failure.level === "handshake" || /handshake failed/i.test(failure.message)) {
    return make("refused", `no SSH protocol in common with ${where}: ${failure.message}`);
  }
  if (/too many authentication failures/i.test(failure.message)) {
    return make("refused", `${where} hung up after too many keys`, "name the right one as ssh.identityFile");
  }
  if (/before handshake|no response/i.test(failure.message)) {
    return make("connection", `${where} closed the connection before the SSH handshake`, BUSY_HINT);
  }
  if (failure.level === "protocol") {
    return make("connection", `${where} does not speak SSH: ${failure.message}`, "is that the port of sshd?");
  }
  return make("connection", `no SSH session with ${where}: ${failure.message}`);
}

const TIMEOUT_HINT = "is the host up, and does a firewall let the SSH port through? See ssh.connectTimeout";
const BUSY_HINT = "sshd may be starting, or limit connections (MaxStartups, fail2ban)";
