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

  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    let at = this.#partsLength > 0 ? this.#complete(chunk, onFrame) : 0;
    for (let end = endOfFrame(chunk, at); end <= chunk.length; end = endOfFrame(chunk, at)) {
      const start = at + LENGTH_OCTETS;
      at = end;
      onFrame(chunk.subarray(start, end));
    }
    if (at < chunk.length) this.#take(chunk, at, chunk.length - at);
  }

  end(): void {
    if (this.#partsLength > 0) throw endedWithin(this.#partsLength);
  }

  /** Takes what lacks of the frame that has begun; returns where the next one begins. */
  #complete(chunk: Buffer, onFrame: (frame: Buffer) => void): number {
    const start = this.#take(chunk, 0, LENGTH_OCTETS - this.#partsLength);
    if (this.#partsLength < LENGTH_OCTETS) return start;
    // Small parts become one once, not with each chunk.
    const [first] = this.#parts as [Buffer, ...Buffer[]];
    const head = first.length < LENGTH_OCTETS ? Buffer.concat(this.#parts) : first;
    if (head !== first) this.#parts = [head];
    const needed = endOfFrame(head, 0);
    const end = this.#take(chunk, start, needed - this.#partsLength);
    if (this.#partsLength < needed) return end;
    const frame = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#partsLength = 0;
    onFrame(frame.subarray(LENGTH_OCTETS));
    return end;
  }

  /** Keeps up to so many octets; returns where they end. */
  #take(chunk: Buffer, start: number, octets: number): number {
    if (octets <= 0) return start;
    const part = chunk.subarray(start, start + octets);
    if (part.length > 0) this.#parts.push(part);
    this.#partsLength += part.length;
    return start + part.length;
  }
}

/** Where the frame ends that starts here; beyond all chunks if not even its length is there. */
function endOfFrame(octets: Buffer, start: number): number {
  if (octets.length - start < LENGTH_OCTETS) return Number.POSITIVE_INFINITY;
  return start + LENGTH_OCTETS + checkedLength(octets.readUInt32BE(start));
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
