import type { Libc } from "./libc.ts";

/** What one recv(2) takes at most. */
export const INPUT_OCTETS = 65_536;
/** What is gathered for one send(2). */
export const OUTPUT_OCTETS = 131_072;

/** Memory that the streams of a listener use in turn, off V8's heap, which never moves. */
export class StreamMemory {
  readonly input: Buffer = Buffer.from(new ArrayBuffer(INPUT_OCTETS));
  readonly output: Buffer = Buffer.from(new ArrayBuffer(OUTPUT_OCTETS));
  /** For C. */
  readonly inputAddress: number;
  readonly outputAddress: number;
  /** Which stream's octets are in `output`, and how many. */
  user: object | undefined;
  used = 0;

  constructor(libc: Libc) {
    this.inputAddress = libc.addressOf(this.input);
    this.outputAddress = libc.addressOf(this.output);
  }
}
