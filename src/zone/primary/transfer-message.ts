import { Flag, HEADER_OCTETS, opcodeOf, rcodeOf } from "../../dns/header.ts";
import { Opcode } from "../../dns/iana/opcode.ts";
import { Rcode, formatRcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { readRecord } from "../../dns/message.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { WireReader } from "../../dns/wire-reader.ts";
import { TransferError } from "./transfer-error.ts";
import type { TransferQuestion } from "./transfer-query.ts";
import { qtypeOf } from "./transfer-query.ts";

/** A query of a transfer that waits for its messages. */
export interface SentQuery {
  readonly id: number;
  readonly question: TransferQuestion;
}

/**
 * The answers in a message of a transfer, read as they are taken: a message may have thousands.
 * @param isFirst whether it has to repeat the question, which those behind it need not (RFC 5936 §2.2.1)
 * @throws {TransferError} if it is no reply to the query, or one that refuses, or is malformed
 */
export function* answersOf(
  packet: Buffer,
  { id, question }: SentQuery,
  isFirst: boolean,
): Generator<ResourceRecord, void> {
  if (packet.length < HEADER_OCTETS || packet.readUInt16BE(0) !== id)
    throw new TransferError("it sent the reply to another query");
  const flags = packet.readUInt16BE(2);
  const isReply = (flags & Flag.QR) !== 0 && opcodeOf(flags) === Opcode.QUERY;
  if (!isReply) throw new TransferError("it sent a message that is no reply");
  const rcode = rcodeOf(flags);
  // Who knows no IXFR says so by any of several codes.
  if (rcode !== Rcode.NOERROR)
    throw new TransferError(`it answers ${formatRcode(rcode)}`, question.since !== undefined);
  if ((flags & Flag.TC) !== 0) throw new TransferError("it sent a truncated message");
  const reader = new WireReader(packet, HEADER_OCTETS);
  readQuestion(reader, packet.readUInt16BE(4), question, isFirst);
  const count = packet.readUInt16BE(6);
  if (count === 0) throw new TransferError("it sent a message without records");
  for (let left = count; left > 0; left--) {
    const owner = reader.name();
    const type = reader.u16();
    const record = reader.failed ? undefined : readRecord(reader, owner, type);
    if (!record) throw new TransferError("it sent a malformed message");
    yield record;
  }
}

function readQuestion(
  reader: WireReader,
  count: number,
  question: TransferQuestion,
  isFirst: boolean,
): void {
  if (count === 0 && !isFirst) return;
  const qname = reader.name();
  const [qtype, qclass] = [reader.u16(), reader.u16()];
  const isOurs =
    count === 1 &&
    !reader.failed &&
    qname.equals(question.origin) &&
    qtype === qtypeOf(question) &&
    qclass === RrClass.IN;
  if (!isOurs) throw new TransferError("it answers another question");
}
