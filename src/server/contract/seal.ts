/**
 * What is added to each reply to a query, behind all else, as a signature is: `Instance.open` puts it into `Query.seal`.
 * A sealed reply is nobody else's, so it is never repeated.
 */
export interface Seal {
  /** What `apply` adds; kept free in each reply. */
  readonly octets: number;
  /**
   * Takes a reply, or the messages of a stream of records in their order.
   * @returns the message to send in its place
   */
  apply(packet: Buffer): Buffer;
}
