import type { PortListener, PortProtocol } from "./forwarded-port.ts";

/** A control frame of version 3: the rest of the word is its type. */
const CONTROL = 0x8003;
const SYN_STREAM = 1;
const RST_STREAM = 3;
const PING = 6;
const FLAG_FIN = 0x01;
const HEAD_OCTETS = 8;
/** A stream's number, another one, and its priority. */
const SYN_STREAM_OCTETS = 10;
const ERROR_STREAM = 1;
const DATA_STREAM = 3;
/** Of these only is more than the head looked at; they have no more octets. */
const MAX_CONTROL_OCTETS = 8;
/** RFC 1950: deflate, a window of 32 KiB, no dictionary. */
const ZLIB_HEAD = Uint8Array.of(0x78, 0x01);

/**
 * `SPDY/3.1+portforward.k8s.io`, which API servers speak from 1.31 on: SPDY's frames as a stream of octets, whatever the messages they
 * come in. One stream carries octets and one the error, and nothing is asked of the streams' headers that come back. The
 * end of writing is not said: containerd would give the Pod 1 s for its answer then.
 */
export class PortSpdy implements PortProtocol {
  readonly greeting: readonly Uint8Array[];
  readonly #listener: PortListener;
  readonly #sentHead = Buffer.alloc(HEAD_OCTETS);
  readonly #head = Buffer.alloc(HEAD_OCTETS);
  #headOctets = 0;
  /** Octets of the frame that are still to come; undefined while its head is read. */
  #left: number | undefined;
  readonly #control = Buffer.alloc(MAX_CONTROL_OCTETS);
  #controlOctets = 0;

  constructor(port: number, listener: PortListener) {
    this.#listener = listener;
    this.#sentHead.writeUInt32BE(DATA_STREAM);
    this.greeting = [
      synStream(ERROR_STREAM, "error", port, ZLIB_HEAD),
      synStream(DATA_STREAM, "data", port, new Uint8Array()),
    ];
  }

  headOf(octets: number): Uint8Array {
    this.#sentHead.writeUInt32BE(octets, 4);
    return this.#sentHead;
  }

  read(chunk: Buffer): Uint8Array | undefined {
    let answer: Uint8Array | undefined;
    for (let at = 0; at < chunk.length;) {
      if (this.#left === undefined) {
        at = this.#readHead(chunk, at);
        if (this.#left !== 0) continue;
      } else at = this.#readPayload(chunk, at, this.#left);
      if (this.#left === 0) answer = this.#end() ?? answer;
    }
    return answer;
  }

  #readHead(chunk: Buffer, from: number): number {
    const copied = chunk.copy(
      this.#head,
      this.#headOctets,
      from,
      from + HEAD_OCTETS - this.#headOctets,
    );
    this.#headOctets += copied;
    if (this.#headOctets === HEAD_OCTETS) {
      this.#headOctets = 0;
      this.#controlOctets = 0;
      this.#left = this.#head.readUInt32BE(4) & 0xff_ffff;
    }
    return from + copied;
  }

  #readPayload(chunk: Buffer, from: number, left: number): number {
    const to = Math.min(chunk.length, from + left);
    this.#left = left - (to - from);
    const stream = this.#head.readUInt32BE();
    if (stream === DATA_STREAM) this.#listener.onData(chunk.subarray(from, to));
    else if (stream === ERROR_STREAM) this.#listener.onFailure(chunk.toString("utf8", from, to));
    else if (this.#controlOctets < MAX_CONTROL_OCTETS) {
      this.#controlOctets += chunk.copy(this.#control, this.#controlOctets, from, to);
    }
    return to;
  }

  #end(): Uint8Array | undefined {
    this.#left = undefined;
    const head = this.#head;
    const isFin = ((head[4] ?? 0) & FLAG_FIN) !== 0;
    if (head.readUInt32BE() === DATA_STREAM && isFin) this.#listener.onEnd();
    if (head.readUInt16BE() !== CONTROL) return undefined;
    const type = head.readUInt16BE(2);
    if (type === RST_STREAM && this.#control.readUInt32BE() === DATA_STREAM) {
      this.#listener.onFailure("the node has reset the connection");
    }
    return type === PING ? Buffer.concat([head, this.#control.subarray(0, 4)]) : undefined;
  }
}

/** Opens a stream. Header blocks of all frames are one zlib stream together; blocks that are stored need no compressor. */
function synStream(id: number, type: string, port: number, zlibHead: Uint8Array): Buffer {
  const headers = headerBlock({ streamtype: type, port: `${port}`, requestid: "0" });
  // The empty block behind it has a reader hand out what it has read.
  const block = Buffer.concat([zlibHead, storedHead(headers.length), headers, storedHead(0)]);
  const frame = Buffer.alloc(HEAD_OCTETS + SYN_STREAM_OCTETS);
  frame.writeUInt16BE(CONTROL);
  frame.writeUInt16BE(SYN_STREAM, 2);
  frame.writeUInt32BE(SYN_STREAM_OCTETS + block.length, 4);
  // Nothing is sent on the stream of errors.
  if (id === ERROR_STREAM) frame[4] = FLAG_FIN;
  frame.writeUInt32BE(id, HEAD_OCTETS);
  return Buffer.concat([frame, block]);
}

/** RFC 1951 §3.2.4. */
function storedHead(octets: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(octets, 1);
  head.writeUInt16LE(~octets & 0xffff, 3);
  return head;
}

/** Names and values, each with its length before it (SPDY/3.1, section 2.6.10). */
function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(headers).flat();
  const words = [Object.keys(headers).length, ...parts];
  return Buffer.concat(
    words.flatMap((word) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(typeof word === "number" ? word : word.length);
      return typeof word === "number" ? [length] : [length, Buffer.from(word)];
    }),
  );
}
