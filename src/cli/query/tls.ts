import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { connect } from "node:tls";
import type { Endpoint } from "./endpoint.ts";

/** Whom to trust, and under which name. */
export interface TlsTerms {
  /** Certificates of authorities, PEM; Node's own if undefined. */
  readonly ca: Buffer | undefined;
  readonly verifies: boolean;
  /** To ask for and to find in the certificate. */
  readonly hostname: string;
}

/**
 * Begins to open a connection.
 * @param protocols to offer (RFC 7301), the best one first
 */
export function openTls(
  { address: host, port }: Endpoint,
  { ca, verifies, hostname }: TlsTerms,
  protocols: readonly string[],
): TLSSocket {
  return connect({
    host,
    port,
    ALPNProtocols: [...protocols],
    rejectUnauthorized: verifies,
    ...(ca ? { ca } : {}),
    // A server name is never an address (RFC 6066 §3); then the address is what is looked for.
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
  });
}
