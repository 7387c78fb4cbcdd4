/** A chunk holds the longest thing that is ever put down: 64 KiB of RDATA and what stands in front of it. */
const CHUNK_BITS = 17;
const CHUNK_OCTETS = 1 << CHUNK_BITS;
const POSITION = CHUNK_OCTETS - 1;
/** A zone of a few records should not take more. */
const FIRST_OCTETS = 512;
/** Offsets have 32 bits. */
const MAX_CHUNKS = 2 ** (32 - CHUNK_BITS);

/**
 * Octets that are put down once and never changed, outside of V8's heap: a million records are nothing that the garbage
 * collector would have to look at. Views of them stay good whatever is added.
 *
 *     offset   = chunk (15 bits) | position in it (17 bits)
 *     offset 0 = nothing
 */
export class OctetArena {
  readonly #chunks: Buffer[] = [Buffer.allocUnsafeSlow(FIRST_OCTETS)];
  /** In the last chunk. Something is in front of the first entry, so that no offset is 0. */
  #used = 4;

  /** Octets that are held. */
  get octets(): number {
    return this.#chunks.reduce((sum, { length }) => sum + length, 0);
  }

  /**
   * Room for `octets`, which the caller fills at once: `chunk(offset)` from `position(offset)` on.
   * @throws {RangeError} if there is no more room in 4 GiB
   */
  allocate(octets: number): number {
    const last = this.#chunks.length - 1;
    if (this.#used + octets > CHUNK_OCTETS) return this.#allocateInNewChunk(octets);
    if (this.#used + octets > this.chunkAt(last).length) this.#grow(last, this.#used + octets);
    const offset = ((last << CHUNK_BITS) | this.#used) >>> 0;
    this.#used += octets;
    return offset;
  }

  chunk(offset: number): Buffer {
    return this.chunkAt(offset >>> CHUNK_BITS);
  }

  position(offset: number): number {
    return offset & POSITION;
  }

  /** Whether what stands at `offset`, a length octet and as many octets, is what stands in another arena. */
  isSame(offset: number, other: OctetArena, otherOffset: number): boolean {
    const length = this.chunk(offset)[this.position(offset)] ?? 0;
    return this.hasSame(offset, other, otherOffset, length + 1);
  }

  /** Whether as many octets are the same here and in another arena. */
  hasSame(offset: number, other: OctetArena, otherOffset: number, octets: number): boolean {
    const chunk = this.chunk(offset);
    const otherChunk = other.chunk(otherOffset);
    let at = this.position(offset);
    let otherAt = other.position(otherOffset);
    for (let left = octets; left > 0; left--)
      if (chunk[at++] !== otherChunk[otherAt++]) return false;
    return true;
  }

  private chunkAt(index: number): Buffer {
    const chunk = this.#chunks[index];
    if (!chunk) throw new RangeError("Cannot read zone: an offset is beyond its octets");
    return chunk;
  }

  #allocateInNewChunk(octets: number): number {
    if (this.#chunks.length === MAX_CHUNKS) throw new RangeError("Cannot hold zone: over 4 GiB");
    this.#chunks.push(Buffer.allocUnsafeSlow(CHUNK_OCTETS));
    this.#used = 0;
    return this.allocate(octets);
  }

  /** Who has a view of the smaller one keeps that; what is in it is the same. */
  #grow(index: number, needed: number): void {
    const old = this.chunkAt(index);
    let length = old.length;
    while (length < needed) length *= 2;
    const grown = Buffer.allocUnsafeSlow(Math.min(length, CHUNK_OCTETS));
    old.copy(grown, 0, 0, this.#used);
    this.#chunks[index] = grown;
  }
}
