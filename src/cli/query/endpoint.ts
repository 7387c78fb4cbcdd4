/** A server's address, and what it was named. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** As typed: an address or a name. */
  readonly host: string;
}

/** `127.0.0.1#53`, dig's way to write an address and a port. */
export function formatEndpoint({ address, port }: Endpoint): string {
  return `${address}#${port}`;
}
