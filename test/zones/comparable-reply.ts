import { Flag } from "../../src/dns/header.ts";
import { formatRcode } from "../../src/dns/iana/rcode.ts";
import { RrType } from "../../src/dns/iana/rr-type.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import type { ResourceRecord } from "../../src/dns/resource-record.ts";

/**
 * A reply as far as servers may not differ: order does not count, nor capitals, nor what they add of their own accord (the zone's
 * name servers to an answer, addresses that nobody needs).
 */
export function comparable(packet: Buffer | undefined): string {
  const message = packet && parseMessage(packet);
  if (!message) return "no reply";
  const { rcode, flags, answer, authority, additional } = message;
  const isReferral = (flags & Flag.AA) === 0;
  const hasDenial = authority.some(({ type }) => type === RrType.SOA);
  // The servers of a zone below are the answer, as it were, and their addresses with them.
  const wanted = authority.filter(({ type, rdata }) => {
    const covered = type === RrType.RRSIG && rdata.length > 1 ? rdata.readUInt16BE(0) : type;
    return isReferral || hasDenial || covered !== RrType.NS;
  });
  return [
    `${formatRcode(rcode)}${isReferral ? "" : " AA"}${(flags & Flag.TC) !== 0 ? " TC" : ""}`,
    ...texts("answer", answer),
    ...texts("authority", wanted),
    ...(isReferral
      ? texts(
          "additional",
          additional.filter(({ type }) => type === RrType.A || type === RrType.AAAA),
        )
      : []),
  ].join("\n");
}

function texts(section: string, records: readonly ResourceRecord[]): string[] {
  return records.map((record) => `  ${section} ${formatRecord(record).toLowerCase()}`).toSorted();
}
