/** Why no reply came by one way: dig's words for it, as `timed out`. */
export class ExchangeError extends Error {
  override readonly name = "ExchangeError";
  /** Whether there never was a connection. */
  readonly isUnconnected: boolean;

  constructor(reason: string, isUnconnected = false) {
    super(reason);
    this.isUnconnected = isUnconnected;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  ETIMEDOUT: "timed out",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  EADDRNOTAVAIL: "address not available",
  EACCES: "permission denied",
  EMSGSIZE: "message too long",
};

/** The error of a socket. Its text may be another's, as that of a certificate. */
export function exchangeError(cause: unknown, isUnconnected = false): ExchangeError {
  if (cause instanceof ExchangeError) return cause;
  const { code = "", message } = cause as NodeJS.ErrnoException;
  // Node adds advice for whoever starts Node.
  const reason = REASONS[code] ?? message.replace(/; if the root CA .*/s, "");
  return new ExchangeError(reason, isUnconnected);
}
