import { Flag } from "../../src/dns/header.ts";
import { parseRrType } from "../../src/dns/iana/rr-type.ts";
import { RrClass } from "../../src/dns/iana/rr-class.ts";
import { Name } from "../../src/dns/name.ts";
import { raw, words } from "./raw.ts";

/** What a query has besides its question; a good one for IN with RD set by default. */
export interface QueryParts {
  /** The header's second word. */
  readonly flags?: number;
  readonly qclass?: number;
  /** QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT, where they are not true. */
  readonly counts?: readonly [number, number, number, number];
  readonly opt?: OptParts;
  /** Records behind the question and in front of OPT, as they are. */
  readonly records?: Readonly<Partial<Record<"answer" | "authority" | "additional", Buffer>>>;
  /** Octets behind all. */
  readonly tail?: Buffer;
}

export interface OptParts {
  readonly payloadSize?: number;
  readonly extendedRcode?: number;
  readonly version?: number;
  /** DO and the 15 bits behind it. */
  readonly flags?: number;
  readonly options?: readonly (readonly [code: number, data: string])[];
}

export const DO = 0x8000;

let lastId = 0;

/** An id that no other packet of this process has at the same time. */
export function freshId(): number {
  lastId = (lastId + 1) & 0xffff;
  return lastId;
}

/** A query as a packet: `query("www.example.org. A", { opt: {} })`; the type may be a number. */
export function query(question: string, parts: QueryParts = {}): Buffer {
  const [qname = "", type = "A"] = question.split(" ");
  const qtype = parseRrType(type) ?? Number(type);
  const { records = {}, opt } = parts;
  const counts = [
    1,
    records.answer ? 1 : 0,
    records.authority ? 1 : 0,
    (records.additional ? 1 : 0) + (opt ? 1 : 0),
  ];
  return Buffer.concat([
    words(freshId(), parts.flags ?? Flag.RD, ...(parts.counts ?? counts)),
    Buffer.from(Name.parse(qname).wire, "latin1"),
    words(qtype, parts.qclass ?? RrClass.IN),
    ...["answer" as const, "authority" as const, "additional" as const].map(
      (section) => records[section] ?? Buffer.alloc(0),
    ),
    opt ? optRecord(opt) : Buffer.alloc(0),
    parts.tail ?? Buffer.alloc(0),
  ]);
}

/** A packet of a fresh id and these octets; see `raw`. */
export function packet(text: string): Buffer {
  return Buffer.concat([words(freshId()), raw(text)]);
}

export function optRecord(opt: OptParts = {}): Buffer {
  const data = Buffer.concat((opt.options ?? []).map(([code, hex]) => option(code, raw(hex))));
  return Buffer.concat([
    raw("00 0029"),
    words(opt.payloadSize ?? 1232, ((opt.extendedRcode ?? 0) << 8) | (opt.version ?? 0)),
    words(opt.flags ?? 0, data.length),
    data,
  ]);
}

function option(code: number, data: Buffer): Buffer {
  return Buffer.concat([words(code, data.length), data]);
}
