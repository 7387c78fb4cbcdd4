import type { PortListener, PortProtocol } from "./forwarded-port.ts";

const DATA = 0;
const ERROR = 1;
const DATA_HEAD = Uint8Array.of(DATA);
/** Each channel begins with the number of the port. */
const PORT_OCTETS = 2;
const CHANNELS = 2;

/** `v4.channel.k8s.io`, which each API server speaks: the first octet of a message says which channel it is of. */
export class PortChannels implements PortProtocol {
  readonly greeting = [];
  readonly #listener: PortListener;
  /** Octets of the port's number that are still to come. */
  readonly #portOctets = new Uint8Array(CHANNELS).fill(PORT_OCTETS);
  #channel = DATA;

  constructor(listener: PortListener) {
    this.#listener = listener;
  }

  headOf(): Uint8Array {
    return DATA_HEAD;
  }

  read(octets: Buffer, isFirst: boolean): undefined {
    let from = 0;
    if (isFirst) this.#channel = octets[from++] ?? DATA;
    const channel = this.#channel;
    const skipped = Math.min(this.#portOctets[channel] ?? 0, octets.length - from);
    if (skipped > 0) this.#portOctets[channel] = (this.#portOctets[channel] ?? 0) - skipped;
    const content = octets.subarray(from + skipped);
    if (content.length === 0) return;
    if (channel === DATA) this.#listener.onData(content);
    else if (channel === ERROR) this.#listener.onFailure(content.toString("utf8"));
  }
}
