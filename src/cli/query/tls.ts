import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { connect } from "node:tls";
import { CommandLineError } from "./command-line-error.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Settings } from "./settings.ts";

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

/**
 * What the settings say about the certificate of a server.
 * @throws {CommandLineError} if the file of authorities cannot be read
 */
export function termsOf({ tlsCa, tlsHostname }: Settings, endpoint: Endpoint): TlsTerms {
  return {
    ca: typeof tlsCa === "string" ? readAuthorities(tlsCa) : undefined,
    verifies: tlsCa !== false,
    hostname: tlsHostname ?? endpoint.host,
  };
}

function readAuthorities(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CommandLineError(`Cannot read "${path}": ${(cause as Error).message}`);
  }
}
