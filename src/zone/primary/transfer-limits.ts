/** Of one transfer: a primary that never ends is left. */
export const MAX_RECORDS = 10_000_000;
export const MAX_OCTETS: number = 1024 * 1024 * 1024;
/** Of differences, which are objects until they are applied; with more of them the whole zone is asked for. */
export const MAX_CHANGED_RECORDS = 200_000;
export const CONNECT_MS = 5_000;
/** From the query to the first message, and from one message to the next. */
export const MESSAGE_MS = 30_000;
/** For all of a transfer. */
export const TRANSFER_MS = 3_600_000;
/** For a SOA record over UDP, before TCP is tried. */
export const UDP_MS = 2_000;
/** Records that are taken between two looks at what else there is to do. */
export const SLICE_RECORDS = 250;
