/** A primary did not send what it was asked for. The zone stays as it is. */
export class TransferError extends Error {
  override readonly name = "TransferError";
  /** Whether the differences are the trouble: the whole zone may be had all the same. */
  readonly isOfDifferences: boolean;

  /** @param message what is the matter, as it follows "Cannot transfer zone "example.org." from 192.0.2.1:53: " */
  constructor(message: string, isOfDifferences = false, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.isOfDifferences = isOfDifferences;
  }
}
