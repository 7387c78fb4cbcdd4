/** An answer that is written piece by piece: too long to be made, or to be kept, in one go. */
export class TextStream {
  /** Each small enough to be made between two queries. */
  readonly pieces: AsyncIterable<string> | Iterable<string>;

  constructor(pieces: AsyncIterable<string> | Iterable<string>) {
    this.pieces = pieces;
  }
}
