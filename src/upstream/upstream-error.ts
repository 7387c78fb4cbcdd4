/** Why an upstream gave no reply: it stayed silent, or the network said that it cannot. */
export type UpstreamTrouble = "timeout" | "network";

/** An exchange that came to nothing. Its message ends as Go's does, which operators filter by. */
export class UpstreamError extends Error {
  override readonly name = "UpstreamError";
  readonly trouble: UpstreamTrouble;

  constructor(trouble: UpstreamTrouble, message: string) {
    super(message);
    this.trouble = trouble;
  }
}

/** Names of the kernel's errors as CoreDNS's log has them. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset by peer",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  EADDRNOTAVAIL: "cannot assign requested address",
  EMFILE: "too many open files",
  ENFILE: "too many open files in system",
};

/** The error of a socket. */
export function networkError(where: string, cause: unknown): UpstreamError {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  return new UpstreamError("network", `${where}: ${reasons[code] ?? message}`);
}

export function timeoutError(where: string): UpstreamError {
  return new UpstreamError("timeout", `${where}: i/o timeout`);
}
