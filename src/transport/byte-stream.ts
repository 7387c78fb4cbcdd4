/** A connection's octets both ways: as much of node:net's Socket as a TcpConnection needs. */
export interface ByteStream {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly destroyed: boolean;
  /** Whether `end` has been called. */
  readonly writableEnded: boolean;
  /** Whether the client should take what it was sent before it is sent more. */
  readonly writableNeedDrain: boolean;
  /** Sends octets, which are the stream's from here on. */
  write(octets: Buffer): unknown;
  /** What is written up to `uncork` goes out in one piece. */
  cork(): void;
  uncork(): void;
  /** Sends FIN behind what has been written, then calls back. */
  end(onSent: () => void): unknown;
  /** Reads no more until `resume`. */
  pause(): unknown;
  resume(): unknown;
  /** Gives back the end of the chunk that is being read: it comes again after `resume`. */
  unshift(octets: Buffer): void;
  destroy(): unknown;
}

/** Is told what happens to a ByteStream. */
export interface StreamOwner {
  /** Octets have come; after the call the chunk may be overwritten. */
  read(chunk: Buffer): void;
  /** The client has sent FIN. */
  endInput(): void;
  /** The client has taken what it was sent. */
  drained(): void;
  /** The stream is gone, for whatever reason. */
  closed(): void;
}
