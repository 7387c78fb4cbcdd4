import { Composer, Section, questionOctets } from "../../dns/composer.ts";
import type { EdnsOption } from "../../dns/edns.ts";
import { MAX_UDP_OCTETS, ednsLength, findOption, keepaliveOption } from "../../dns/edns.ts";
import { Flag } from "../../dns/header.ts";
import { OptionCode } from "../../dns/iana/option-code.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { boundErrors, isExtendedError } from "../../dns/extended-errors.ts";
import { boundDenials } from "../../dns/denial-ttl.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Query } from "../contract/query.ts";
import type { RecordStream } from "../contract/record-stream.ts";
import type { Reply } from "../contract/reply.ts";

/** Of the header's flags. */
const OPCODE = 0x7800;

const composer = new Composer();

/**
 * Encodes a reply into the space that the query's transport and EDNS leave it.
 * @param maxUdpOctets the most over UDP, and what OPT says of it
 */
export function encodeReply(
  query: Query,
  reply: Reply,
  maxUdpOctets: number = MAX_UDP_OCTETS,
): Buffer {
  const limit = replyLimit(query, maxUdpOctets);
  const options = query.hasEdns ? replyOptions(query, reply, limit) : undefined;
  const isWhole = compose(query, reply, { limit, maxUdpOctets }, options);
  // Explanations that leave no room for the answer give way to it (RFC 8914 §3).
  if (!isWhole && options?.some(isExtendedError)) {
    const others = options.filter((option) => !isExtendedError(option));
    compose(query, reply, { limit, maxUdpOctets }, others);
  }
  return sealed(query, composer.finish());
}

function sealed({ seal }: Query, packet: Buffer): Buffer {
  return seal ? seal.apply(packet) : packet;
}

/**
 * One message of a stream's many: the question and OPT are in the first (RFC 5936 §2.2.1 and §2.2.5).
 * @throws {RangeError} if the records do not fit
 */
export function encodeMessageOf(
  query: Query,
  stream: RecordStream,
  records: readonly ResourceRecord[],
  isFirst: boolean,
): Buffer {
  const { maxReplyOctets } = query.client;
  const repeated = (query.flags & OPCODE) | stream.repeatedFlags(query.flags);
  composer.begin(
    query.id,
    Flag.QR | repeated | stream.flags | (stream.rcode & 0x0f),
    maxReplyOctets,
  );
  const options =
    isFirst && query.hasEdns ? replyOptions(query, stream, maxReplyOctets) : undefined;
  if (isFirst) composer.question(query.qname, query.qtype, query.qclass);
  composer.reserve(reservedOctets(query, options));
  const count = composer.append(Section.answer, records);
  if (options) composer.edns(MAX_UDP_OCTETS, stream.rcode, query.dnssecOk, options);
  const message = composer.finish();
  if (count === records.length) return sealed(query, message);
  throw new RangeError(`Cannot send record of "${records[count]?.owner}": too long for a message`);
}

/** @returns whether all that is required has found room */
function compose(
  query: Query,
  reply: Reply,
  { limit, maxUdpOctets }: { limit: number; maxUdpOctets: number },
  options: readonly EdnsOption[] | undefined,
): boolean {
  const repeated = (query.flags & OPCODE) | reply.repeatedFlags(query.flags);
  composer.begin(query.id, Flag.QR | repeated | reply.flags | (reply.rcode & 0x0f), limit);
  if (query.hasQuestion) composer.question(query.qname, query.qtype, query.qclass);
  composer.reserve(reservedOctets(query, options));
  const isWhole = appendSections(reply);
  if (!isWhole) composer.addFlags(Flag.TC);
  if (options) composer.edns(maxUdpOctets, reply.rcode, query.dnssecOk, options);
  return isWhole;
}

function replyLimit({ client, payloadSize }: Query, maxUdpOctets: number): number {
  const { maxReplyOctets } = client;
  if (maxReplyOctets > MAX_UDP_OCTETS) return maxReplyOctets;
  return Math.min(payloadSize, maxReplyOctets, maxUdpOctets);
}

function replyOptions(query: Query, reply: Reply, limit: number): readonly EdnsOption[] {
  let options = boundErrors(reply.options);
  if (query.client.keepaliveMs > 0 && findOption(query.options, OptionCode.KEEPALIVE)) {
    options = [...options, keepaliveOption(query.client.keepaliveMs)];
  }
  const required = questionOctets(query.qname) + reservedOctets(query, options);
  return required > limit ? [] : options;
}

/** Of what comes behind all records. */
function reservedOctets({ seal }: Query, options: readonly EdnsOption[] | undefined): number {
  return (options ? ednsLength(options) : 0) + (seal ? seal.octets : 0);
}

/**
 * TC is set only where something required is missing (RFC 2181 §9): answers, the authority of a
 * reply without answers, or the glue of a referral (RFC 9471 §2). Other records just stay behind.
 */
function appendSections(reply: Reply): boolean {
  if (composer.append(Section.answer, reply.answer) < reply.answer.length) return false;
  const isAnswered = reply.answer.length > 0;
  const authority = reply.hasOrderedTtls ? reply.authority : boundDenials(reply.authority);
  if (composer.append(Section.authority, authority) < authority.length) return isAnswered;
  if (composer.append(Section.additional, reply.additional) < reply.additional.length) {
    return isAnswered || !authority.some(({ type }) => type === RrType.NS);
  }
  return true;
}
