import type { TcpConnection } from "./tcp-connection.ts";
import type { TcpLimits } from "./tcp-limits.ts";

/** The open connections, oldest activity first. */
export class ConnectionTable {
  readonly #all = new Set<TcpConnection>();
  readonly #perClient = new Map<string, number>();
  readonly #limits: TcpLimits;
  #onEmpty: () => void = () => {};

  constructor(limits: TcpLimits) {
    this.#limits = limits;
  }

  /**
   * Makes room at the cost of whoever has been idle longest, of the same client if it is its fault;
   * where nobody is idle, of whoever has been at a query longest without getting to its end.
   */
  add(connection: TcpConnection): void {
    const { address } = connection;
    const ofClient = this.#perClient.get(address) ?? 0;
    if (ofClient >= this.#limits.connectionsPerClient) {
      if (!this.#evict((other) => other.address === address)) return connection.destroy();
    } else if (this.#all.size >= this.#limits.connections && !this.#evict(() => true)) {
      return connection.destroy();
    }
    this.#all.add(connection);
    this.#perClient.set(address, (this.#perClient.get(address) ?? 0) + 1);
    connection.onActivity = () => {
      // A Set keeps the order of insertion: the front has been idle longest.
      this.#all.delete(connection);
      this.#all.add(connection);
    };
    connection.onClose = () => this.#remove(connection);
  }

  pause(): void {
    for (const connection of this.#all) connection.pause();
  }

  endAll(): void {
    for (const connection of this.#all) connection.end();
  }

  /** Ends one connection that can be done without, if there is one. */
  makeRoom(): void {
    this.#evict(() => true);
  }

  /** Waits for the end of all. */
  async empty(): Promise<void> {
    if (this.#all.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  #evict(belongs: (connection: TcpConnection) => boolean): boolean {
    let stalled: TcpConnection | undefined;
    for (const connection of this.#all) {
      if (!connection.isWaiting || !belongs(connection)) continue;
      if (connection.isIdle) return this.#close(connection);
      stalled ??= connection;
    }
    return stalled ? this.#close(stalled) : false;
  }

  #close(connection: TcpConnection): true {
    this.#remove(connection);
    connection.destroy();
    return true;
  }

  #remove(connection: TcpConnection): void {
    if (!this.#all.delete(connection)) return;
    const left = (this.#perClient.get(connection.address) ?? 1) - 1;
    if (left > 0) this.#perClient.set(connection.address, left);
    else this.#perClient.delete(connection.address);
    if (this.#all.size === 0) this.#onEmpty();
  }
}
