import type { Socket } from "node:net";
import { connect as connectTcp } from "node:net";
import type { ConnectionOptions, SecureContext } from "node:tls";
import { connect as connectTls } from "node:tls";
import type { Endpoint } from "./udp-socket.ts";

/** How to speak TLS to an upstream (RFC 7858). */
export interface TlsSettings {
  readonly context: SecureContext;
  /** The name to ask for and to find in the certificate; without it the address is looked for. */
  readonly serverName: string | undefined;
}

/** Opens TCP or TLS connections to one upstream. */
export class Connector {
  /** The event of its sockets for being ready. */
  readonly openEvent: "connect" | "secureConnect";
  readonly scheme: "tcp" | "tls";
  readonly #endpoint: Endpoint;
  readonly #tls: TlsSettings | undefined;
  /** Of the last TLS connection: the next handshake is shorter with it. */
  #session: Buffer | undefined;

  constructor(endpoint: Endpoint, tls: TlsSettings | undefined) {
    this.openEvent = tls ? "secureConnect" : "connect";
    this.scheme = tls ? "tls" : "tcp";
    this.#endpoint = endpoint;
    this.#tls = tls;
  }

  /** A socket that is being opened. */
  connect(): Socket {
    const { address: host, port, localAddress } = this.#endpoint;
    const options = {
      host,
      port,
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
    };
    return this.#tls ? this.#connectTls(options, this.#tls) : connectTcp(options);
  }

  #connectTls(options: ConnectionOptions, { context, serverName }: TlsSettings): Socket {
    const socket = connectTls({
      ...options,
      secureContext: context,
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...(this.#session ? { session: this.#session } : {}),
    });
    socket.on("session", (session: Buffer) => (this.#session = session));
    return socket;
  }
}
