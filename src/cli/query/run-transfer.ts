import type { Lookup } from "./command-line.ts";
import { ExitCode } from "./command-line-error.ts";
import type { Endpoint } from "./endpoint.ts";
import { ExchangeError } from "./exchange-error.ts";
import { formatRecordLine } from "./format-record.ts";
import { formatFailure, formatRoute } from "./format-text.ts";
import { transferZone } from "./transfer.ts";
import type { TransferTerms } from "./transfer.ts";

/** Asks the servers for a whole zone, until one of them sends something, and prints it as it comes. */
export async function runTransfer(
  { name, type, class: qclass }: Lookup,
  endpoints: readonly Endpoint[],
  terms: TransferTerms,
  write: (text: string) => void,
): Promise<number> {
  const { settings, transport } = terms;
  const { shown } = settings;
  const question = { qname: name, qtype: type, qclass };
  let isBegun = false;
  for (const endpoint of endpoints) {
    try {
      const transfer = await transferZone(question, endpoint, terms, (records) => {
        isBegun = true;
        if (shown.answer) write(records.map((one) => `${formatRecordLine(one, shown)}\n`).join(""));
      });
      const { isWhole, records, messages, octets, elapsedMs } = transfer;
      if (!isWhole) write("; Transfer failed.\n");
      const size = `;; XFR size: ${records} records (messages ${messages}, bytes ${octets})\n\n`;
      const route = { elapsedMs, endpoint, transport, receivedMs: Date.now() };
      if (isWhole && shown.stats) write(formatRoute(route) + size);
      return ExitCode.REPLY;
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      write(`;; ${formatFailure(error, endpoint, name)}\n`);
      // Another server's zone is not the rest of this one's.
      if (isBegun) break;
    }
  }
  write(";; no servers could be reached\n");
  return ExitCode.NO_REPLY;
}
