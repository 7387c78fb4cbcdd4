/** What an API server says of a port that it forwards. */
export interface PortListener {
  /** Octets that the Pod has sent. */
  onData(octets: Buffer): void;
  /** The Pod will send no more. */
  onEnd(): void;
  /** The node could not connect, or the connection broke there. @param text what it says, not fit to print as it is */
  onFailure(text: string): void;
}

/** A way to talk of one port of a Pod in the messages of a WebSocket. */
export interface PortProtocol {
  /** Messages to begin with. */
  readonly greeting: readonly Uint8Array[];
  /** What comes before octets for the Pod. */
  headOf(octets: number): Uint8Array;
  /** @param isFirst whether a message begins with these octets @returns what there is to answer at once */
  read(octets: Buffer, isFirst: boolean): Uint8Array | undefined;
}
