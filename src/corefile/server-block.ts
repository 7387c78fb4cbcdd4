import type { Position } from "./corefile-error.ts";
import type { Directive, Token } from "./directive.ts";

/** Transports that a server block can be served over. */
export const schemes = ["dns", "tls", "https", "https3", "quic", "grpc"] as const;

export type Scheme = (typeof schemes)[number];

/** What a server block answers for: `tls://example.org:8853`. */
export interface ServerKey {
  readonly scheme: Scheme;
  /** Presentation form, lower case, with the final dot; "." for the root. */
  readonly zone: string;
  /** Undefined stands for the scheme's own port, or for `dns://` that of `-dns.port`. */
  readonly port: number | undefined;
  /** The word it was read from; several keys share it where a CIDR stands for several zones. */
  readonly at: Token;
}

export interface ServerBlock {
  readonly keys: readonly ServerKey[];
  /** In the order of the file. */
  readonly directives: readonly Directive[];
  readonly at: Position;
}
