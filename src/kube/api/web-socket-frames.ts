import { randomFillSync } from "node:crypto";

/** RFC 6455 §5.2. */
export const Opcode = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

const FIN = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
const OPCODE = 0x0f;
/** The first one of a control frame (RFC 6455 §5.5), and how many octets those carry at most. */
const FIRST_CONTROL = 8;
const MAX_CONTROL_OCTETS = 125;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK_OCTETS = 4;
const MAX_HEAD_OCTETS = 10;

/** What a reader of frames tells. */
export interface FrameListener {
  /** Some octets of a message, a part of what was read. @param isFirst whether a message begins with them */
  onOctets(octets: Buffer, isFirst: boolean): void;
  onControl(opcode: number, payload: Buffer): void;
}

/**
 * Reads the frames that a server sends (RFC 6455 §5). What messages carry is handed on as it comes, without a copy: a
 * frame is not waited for.
 */
export class FrameReader {
  readonly #listener: FrameListener;
  readonly #head = Buffer.alloc(MAX_HEAD_OCTETS);
  #headOctets = 0;
  #opcode: number = Opcode.CONTINUATION;
  /** Octets of the frame that are still to come; undefined while its head is read. */
  #left: number | undefined;
  #isFirst = false;
  #control = Buffer.alloc(0);

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  /** @throws {Error} if it is no frame of a server */
  read(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#left === undefined) at = this.#readHead(chunk, at);
      else at = this.#readPayload(chunk, at, this.#left);
    }
  }

  #readHead(chunk: Buffer, from: number): number {
    const head = this.#head;
    let at = from;
    while (at < chunk.length) {
      head[this.#headOctets++] = chunk[at++] ?? 0;
      if (this.#headOctets < 2 || this.#headOctets < headOctets(head)) continue;
      this.#headOctets = 0;
      this.#begin(head);
      break;
    }
    return at;
  }

  #begin(head: Buffer): void {
    const [first = 0, second = 0] = head;
    const opcode = first & OPCODE;
    const length = payloadOctets(head);
    if ((first & RESERVED) !== 0 || (second & MASKED) !== 0)
      throw broken("bits that nobody asked for");
    const isControl = opcode >= FIRST_CONTROL;
    if (isControl && ((first & FIN) === 0 || length > MAX_CONTROL_OCTETS))
      throw broken("long control frame");
    this.#opcode = opcode;
    this.#left = length;
    if (isControl) this.#control = Buffer.alloc(0);
    else if (opcode !== Opcode.CONTINUATION) this.#isFirst = true;
    if (length === 0) this.#end();
  }

  #readPayload(chunk: Buffer, from: number, left: number): number {
    const to = Math.min(chunk.length, from + left);
    const octets = from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to);
    this.#left = left - octets.length;
    if (this.#opcode >= FIRST_CONTROL) this.#control = Buffer.concat([this.#control, octets]);
    else {
      const isFirst = this.#isFirst;
      this.#isFirst = false;
      this.#listener.onOctets(octets, isFirst);
    }
    if (this.#left === 0) this.#end();
    return to;
  }

  #end(): void {
    this.#left = undefined;
    if (this.#opcode >= FIRST_CONTROL) this.#listener.onControl(this.#opcode, this.#control);
  }
}

function headOctets([, second = 0]: Buffer): number {
  if (second === LENGTH_16) return 4;
  return second === LENGTH_64 ? MAX_HEAD_OCTETS : 2;
}

function payloadOctets(head: Buffer): number {
  const length = head.readUInt8(1);
  if (length < LENGTH_16) return length;
  if (length === LENGTH_16) return head.readUInt16BE(2);
  if (head.readUInt32BE(2) !== 0) throw broken("4 GiB and more in one frame");
  return head.readUInt32BE(6);
}

function broken(what: string): Error {
  return new Error(`the API server broke the WebSocket protocol: ${what}`);
}

/**
 * A whole message of a client, masked as it has to be (RFC 6455 §5.3): a head and what follows it.
 * @param head of the protocol inside
 */
export function clientFrame(opcode: number, head: Uint8Array, octets: Uint8Array): Buffer {
  const length = head.length + octets.length;
  const lengthOctets = length < LENGTH_16 ? 0 : length < 1 << 16 ? 2 : 8;
  const headEnd = 2 + lengthOctets + MASK_OCTETS;
  // So that the payload begins at a word.
  const start = -headEnd & 3;
  const payload = start + headEnd;
  const frame = Buffer.allocUnsafe(payload + length);
  frame[start] = FIN | opcode;
  frame[start + 1] =
    MASKED | (lengthOctets === 0 ? length : lengthOctets === 2 ? LENGTH_16 : LENGTH_64);
  if (lengthOctets === 2) frame.writeUInt16BE(length, start + 2);
  if (lengthOctets === 8) frame.writeBigUInt64BE(BigInt(length), start + 2);
  frame.set(head, payload);
  frame.set(octets, payload + head.length);
  randomFillSync(frame, payload - MASK_OCTETS, MASK_OCTETS);
  mask(frame, payload);
  return frame.subarray(start);
}

/** Word by word, which is four times as fast as octet by octet. @param from of the payload; the mask is before it */
function mask(frame: Buffer, from: number): void {
  const wordCount = (frame.length - from) >>> 2;
  const words = new Int32Array(frame.buffer, frame.byteOffset + from - MASK_OCTETS, wordCount + 1);
  const key = words[0] ?? 0;
  for (let i = 1; i <= wordCount; i++) words[i] = (words[i] ?? 0) ^ key;
  for (let i = from + (wordCount << 2); i < frame.length; i++) {
    frame[i] = (frame[i] ?? 0) ^ (frame[from - MASK_OCTETS + (i & 3)] ?? 0);
  }
}
