import { StreamError } from "./stream-error.ts";

/** The longest frame that is read: etcd keeps no object of more than 1.5 MiB. */
export const MAX_FRAME_OCTETS = 64 * 1024 * 1024;

/** Cuts a stream into frames, however its chunks are cut. */
export interface Frames {
  /**
   * A frame shares the chunk's memory where it can.
   *
   * @throws StreamError if a frame is too long
   */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void;
  /** @throws StreamError if the stream has ended within a frame */
  end(): void;
}

const LENGTH_OCTETS = 4;

/** Frames of protobuf: four octets of length, big-endian, and so many octets. */
export class LengthFrames implements Frames {
  /** What has come of a frame that is not complete. */
  #parts: Buffer[] = [];
  #partsLength = 0;
  /** Octets that the next frame needs, with its length; the least that is known of it. */
  #needed = LENGTH_OCTETS;

  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    this.#parts.push(chunk);
    this.#partsLength += chunk.length;
    if (this.#partsLength < this.#needed) return;
    let rest = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
    for (;;) {
      this.#needed = neededFor(rest);
      if (rest.length < this.#needed) break;
      const frame = rest.subarray(LENGTH_OCTETS, this.#needed);
      rest = rest.subarray(this.#needed);
      this.#keep(rest);
      onFrame(frame);
    }
    this.#keep(rest);
  }

  end(): void {
    if (this.#partsLength > 0) throw endedWithin(this.#partsLength);
  }

  #keep(rest: Buffer): void {
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#partsLength = rest.length;
  }
}

function neededFor(octets: Buffer): number {
  if (octets.length < LENGTH_OCTETS) return LENGTH_OCTETS;
  return LENGTH_OCTETS + checkedLength(octets.readUInt32BE(0));
}

const NEWLINE = 0x0a;

/** Frames of JSON: one value a line. */
export class LineFrames implements Frames {
  #parts: Buffer[] = [];
  #partsLength = 0;

  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const last = chunk.subarray(start, end);
      const line = this.#partsLength === 0 ? last : Buffer.concat([...this.#parts, last]);
      start = end + 1;
      this.#parts = [];
      this.#partsLength = 0;
      checkedLength(line.length);
      if (line.length > 0) onFrame(line);
    }
    if (start === chunk.length) return;
    this.#parts.push(chunk.subarray(start));
    this.#partsLength = checkedLength(this.#partsLength + chunk.length - start);
  }

  end(): void {
    if (this.#partsLength > 0) throw endedWithin(this.#partsLength);
  }
}

function checkedLength(length: number): number {
  if (length <= MAX_FRAME_OCTETS) return length;
  throw new StreamError(`Cannot read watch: frame of ${length} octets or more is too long`);
}

function endedWithin(octets: number): StreamError {
  return new StreamError(
    `Cannot read watch: it ended within a frame, after ${octets} octets of it`,
  );
}
