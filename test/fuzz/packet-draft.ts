import { words } from "../conformance/raw.ts";

/** A message in parts, each of which may be wrong by itself. */
export interface PacketDraft {
  id: number;
  /** The header's second word. */
  flags: number;
  /** QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT where they are not those of the parts. */
  counts: [number, number, number, number] | undefined;
  questions: QuestionDraft[];
  /** Answer, authority, additional. */
  sections: [RecordDraft[], RecordDraft[], RecordDraft[]];
  /** Octets behind all. */
  tail: Buffer;
}

export interface QuestionDraft {
  /** Wire form: labels, or whatever else stands for them. */
  qname: Buffer;
  qtype: number;
  qclass: number;
}

export interface RecordDraft {
  owner: Buffer;
  type: number;
  /** The requestor's payload size, of an OPT record. */
  class: number;
  ttl: number;
  rdata: Buffer;
  /** RDLENGTH where it is not that of the data. */
  rdlength: number | undefined;
}

export function encodeDraft(draft: PacketDraft): Buffer {
  const { id, flags, questions, sections, tail } = draft;
  const counts = draft.counts ?? [questions.length, ...sections.map(({ length }) => length)];
  return Buffer.concat([
    words(id, flags, ...counts),
    ...questions.flatMap(({ qname, qtype, qclass }) => [qname, words(qtype, qclass)]),
    ...sections.flat().flatMap(encodeRecord),
    tail,
  ]);
}

function encodeRecord({
  owner,
  type,
  class: rrClass,
  ttl,
  rdata,
  rdlength,
}: RecordDraft): Buffer[] {
  const fixed = words(type, rrClass, ttl >>> 16, ttl & 0xffff, rdlength ?? rdata.length);
  return [owner, fixed, rdata];
}
