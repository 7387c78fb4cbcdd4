import type { Socket } from "node:net";
import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How a connection ends. */
export type Closing = "RST" | "FIN";

/** When a connection is ended early: whatever comes first. */
export interface EarlyEnd {
  /** After so many octets to the client, exactly. */
  readonly octets?: number;
  /** After so long a life. */
  readonly afterMs?: number;
  readonly closing: Closing;
}

/** What the links of a proxy suffer now; links look at it anew for each piece. */
export interface LinkFaults {
  delayMs: number;
  /** Resolves when octets may go on. */
  frozen: Promise<void> | undefined;
  earlyEnd: EarlyEnd | undefined;
}

/** A client's connection, and that to the server behind. */
export class FaultLink {
  onOctets = (_octets: number): void => {};
  readonly #client: Socket;
  readonly #faults: LinkFaults;
  readonly #earlyEnd: EarlyEnd | undefined;
  #upstream: Socket | undefined;
  #isCut = false;
  #left: number;

  constructor(client: Socket, targetPort: number, faults: LinkFaults) {
    this.#client = client;
    this.#faults = faults;
    this.#earlyEnd = faults.earlyEnd;
    this.#left = this.#earlyEnd?.octets ?? Number.POSITIVE_INFINITY;
    client.on("error", () => this.cut("RST"));
    client.once("close", () => this.#upstream?.destroy());
    this.#endInTime();
    void this.#connect(targetPort);
  }

  cut(closing: Closing): void {
    this.#isCut = true;
    this.#upstream?.destroy();
    if (closing === "RST") {
      this.#client.resetAndDestroy();
      return;
    }
    this.#client.end();
    // What the client still says is not for anybody.
    this.#client.once("end", () => this.#client.destroy()).resume();
  }

  #endInTime(): void {
    const { afterMs, closing = "RST" } = this.#earlyEnd ?? {};
    if (afterMs === undefined) return;
    const timer = setTimeout(() => this.cut(closing), afterMs);
    this.#client.once("close", () => clearTimeout(timer));
  }

  async #connect(port: number): Promise<void> {
    while (this.#faults.frozen) await this.#faults.frozen;
    if (this.#isCut || this.#client.destroyed) return;
    const upstream = createConnection({ host: "127.0.0.1", port, allowHalfOpen: true });
    this.#upstream = upstream;
    upstream.on("error", () => void this.#resetLater());
    void this.#pump(this.#client, upstream, (piece) => piece);
    void this.#pump(upstream, this.#client, (piece) => this.#limit(piece));
  }

  /** A reset is not heard of either while nothing gets through. */
  async #resetLater(): Promise<void> {
    while (this.#faults.frozen) await this.#faults.frozen;
    if (!this.#isCut) this.cut("RST");
  }

  async #pump(from: Socket, to: Socket, limit: (piece: Buffer) => Buffer): Promise<void> {
    try {
      for await (const piece of from.iterator({ destroyOnReturn: false })) {
        await this.#hold();
        if (this.#isCut) return;
        await write(to, limit(piece as Buffer));
        if (this.#left <= 0) this.cut(this.#earlyEnd?.closing ?? "RST");
      }
      await this.#hold();
      to.end();
    } catch {
      // The connection broke: its "error" and "close" events see to the rest.
    }
  }

  async #hold(): Promise<void> {
    if (this.#faults.delayMs > 0) await sleep(this.#faults.delayMs);
    while (this.#faults.frozen) await this.#faults.frozen;
  }

  #limit(piece: Buffer): Buffer {
    const part = piece.subarray(0, this.#left);
    this.#left -= part.length;
    this.onOctets(part.length);
    return part;
  }
}

/** Resolves when the system has taken the octets. */
async function write(to: Socket, piece: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  to.write(piece, (error) => (error ? reject(error) : resolve()));
  to.once("close", resolve);
  await promise;
  to.off("close", resolve);
}
