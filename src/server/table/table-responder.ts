import { TableReader } from "./table-reader.ts";

/** What a thread needs to answer from the table. */
export interface ReaderData {
  readonly buffer: SharedArrayBuffer;
  readonly reader: number;
  readonly endpoint: number;
}

/** For a thread that a transport has started: see `Responder`. */
export function openResponder(data: unknown): TableReader {
  const { buffer, reader, endpoint } = data as ReaderData;
  const responder = new TableReader(buffer, reader, endpoint);
  responder.adjustClock();
  return responder;
}
