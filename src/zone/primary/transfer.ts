import { setImmediate } from "node:timers/promises";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { RandomInts } from "../../upstream/random-ints.ts";
import { messagesFrom } from "./primary-stream.ts";
import type { PrimaryServer } from "./signing.ts";
import { signingWith } from "./signing.ts";
import { TransferError } from "./transfer-error.ts";
import { SLICE_RECORDS } from "./transfer-limits.ts";
import { answersOf } from "./transfer-message.ts";
import { transferQuery } from "./transfer-query.ts";
import type { Transferred } from "./transfer-reader.ts";
import { TransferReader } from "./transfer-reader.ts";

const ids = new RandomInts();

/** The version that there is already. */
export interface OurVersion {
  readonly soa: ResourceRecord;
  readonly serial: number;
}

/**
 * Gets a zone from a primary over TCP, in slices that let others have their turn: differences to our version if there is one and the
 * primary knows them, else all of it. Nothing that is served is touched.
 * @throws {TransferError}
 */
export async function transfer(
  origin: Name,
  ours: OurVersion | undefined,
  server: PrimaryServer,
  signal: AbortSignal,
): Promise<Transferred> {
  if (!ours) return receive(origin, undefined, false, { server, signal });
  try {
    return await receive(origin, ours, true, { server, signal });
  } catch (error) {
    if (!(error instanceof TransferError && error.isOfDifferences)) throw error;
    return receive(origin, ours, false, { server, signal });
  }
}

/** As `transfer`, of the whole zone whatever is there. */
export function transferWhole(
  origin: Name,
  ours: OurVersion | undefined,
  server: PrimaryServer,
  signal: AbortSignal,
): Promise<Transferred> {
  return receive(origin, ours, false, { server, signal });
}

async function receive(
  origin: Name,
  ours: OurVersion | undefined,
  asksDifferences: boolean,
  { server, signal }: { readonly server: PrimaryServer; readonly signal: AbortSignal },
): Promise<Transferred> {
  const question = { origin, since: asksDifferences ? ours?.soa : undefined };
  const id = ids.below(0x1_0000);
  const reader = new TransferReader(origin, ours?.serial, asksDifferences);
  const signing = signingWith(server.key);
  const query = transferQuery(question, id);
  let messages = 0;
  for await (const packet of messagesFrom(server, query, signing, signal)) {
    let count = 0;
    for (const record of answersOf(packet, { id, question }, messages++ === 0)) {
      reader.take(record);
      if (++count % SLICE_RECORDS === 0) await setImmediate();
    }
    reader.endMessage();
    if (!reader.result) continue;
    signing.end();
    return reader.result;
  }
  throw new TransferError("it closed the connection before the end");
}
