import { once } from "node:events";
import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import type { Closing, EarlyEnd, LinkFaults } from "./fault-link.ts";
import { FaultLink } from "./fault-link.ts";
import { freePort } from "../bench/free-port.ts";

const ADDRESS = "127.0.0.1";

/**
 * A TCP proxy on the loopback that does to connections what networks do. It knows nothing of TLS: to clients
 * it has the certificate of the server behind it.
 */
export class FaultProxy {
  readonly port: number;
  readonly #targetPort: number;
  readonly #links = new Set<FaultLink>();
  readonly #faults: LinkFaults = { delayMs: 0, frozen: undefined, earlyEnd: undefined };
  #server: Server | undefined;
  #thaw = (): void => {};
  #accepted = 0;
  #octets = 0;

  static async start(targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(await freePort(), targetPort);
    await proxy.accept();
    return proxy;
  }

  private constructor(port: number, targetPort: number) {
    this.port = port;
    this.#targetPort = targetPort;
  }

  get url(): string {
    return `https://${ADDRESS}:${this.port}`;
  }

  get openConnections(): number {
    return this.#links.size;
  }

  /** Since the start. */
  get acceptedConnections(): number {
    return this.#accepted;
  }

  /** Sent to clients since the start. */
  get octetsToClients(): number {
    return this.#octets;
  }

  /** Ends all connections: RST resets them, FIN ends them as a server does that closes them. */
  cut(closing: Closing): void {
    for (const link of this.#links) link.cut(closing);
  }

  /**
   * From now on no octet and no FIN gets through, in either direction; connections stay open.
   * @param newConnections `silent` ones are accepted and then hear nothing
   */
  async freeze(newConnections: "silent" | "refused" = "silent"): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#faults.frozen ??= promise;
    const thaw = this.#thaw;
    this.#thaw = () => (thaw(), resolve());
    if (newConnections === "refused") await this.refuse();
  }

  /** Lets through what was held back. */
  async thaw(): Promise<void> {
    this.#faults.frozen = undefined;
    this.#thaw();
    this.#thaw = () => {};
    await this.accept();
  }

  /** New connections are refused; those that are open go on. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    // Its "close" event waits for all connections; the port is free at once.
    server.close();
    await new Promise(setImmediate);
  }

  async accept(): Promise<void> {
    if (this.#server) return;
    const server = createServer({ allowHalfOpen: true }, (client) => this.#open(client));
    this.#server = server;
    await once(server.listen(this.port, ADDRESS), "listening");
  }

  /** Holds back each piece of at most 64 KiB for so long, in both directions. */
  delay(delayMs: number): void {
    this.#faults.delayMs = delayMs;
  }

  /** Ends every new connection early, again and again; undefined for no more. */
  endEarly(earlyEnd: EarlyEnd | undefined): void {
    this.#faults.earlyEnd = earlyEnd;
  }

  async stop(): Promise<void> {
    await this.refuse();
    this.cut("RST");
  }

  #open(client: Socket): void {
    this.#accepted++;
    const link = new FaultLink(client, this.#targetPort, this.#faults);
    this.#links.add(link);
    link.onOctets = (octets) => (this.#octets += octets);
    client.once("close", () => this.#links.delete(link));
  }
}
