import { Flag } from "../../src/dns/header.ts";
import { Opcode } from "../../src/dns/iana/opcode.ts";
import { parseRrClass } from "../../src/dns/iana/rr-class.ts";
import { RrType, parseRrType } from "../../src/dns/iana/rr-type.ts";
import type { EdnsOption } from "../../src/dns/edns.ts";
import { clientSubnetOption, ednsLength, nsidOption } from "../../src/dns/edns.ts";
import { Name } from "../../src/dns/name.ts";
import { parseIpv4 } from "../../src/dns/rdata/ip-address.ts";
import { WireWriter } from "../../src/dns/wire-writer.ts";

/** A question as it was asked when CoreDNS's answers were recorded. */
export interface Question {
  readonly qname: Name;
  readonly qtype: number;
  readonly qclass: number;
  readonly isTcp: boolean;
  /** The header's second word. */
  readonly flags: number;
  readonly edns: QuestionEdns | undefined;
}

interface QuestionEdns {
  payloadSize: number;
  version: number;
  dnssecOk: boolean;
  readonly options: EdnsOption[];
}

/** What the recorder announced where nothing else was said. */
const PAYLOAD_SIZE = 1232;

interface Draft {
  isTcp: boolean;
  flags: number;
  edns: QuestionEdns | undefined;
}

/** What each `+option` does to a question; its value is "" if it has none. */
const OPTIONS: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  tcp: (draft) => (draft.isTcp = true),
  norec: (draft) => (draft.flags &= ~Flag.RD),
  cd: (draft) => (draft.flags |= Flag.CD),
  opcode: (draft, value) => (draft.flags |= numberOf(Opcode, value) << 11),
  edns: (draft) => ednsOf(draft),
  do: (draft) => (ednsOf(draft).dnssecOk = true),
  bufsize: (draft, value) => (ednsOf(draft).payloadSize = Number(value)),
  ednsver: (draft, value) => (ednsOf(draft).version = Number(value)),
  nsid: (draft) => ednsOf(draft).options.push(nsidOption("")),
  subnet: (draft, value) => ednsOf(draft).options.push(subnetOption(value)),
};

/** Reads `name type [class] [+option[=value]]...`. */
export function parseQuestion(line: string): Question {
  const [qname = "", qtype = "", ...rest] = line.split(" ");
  const draft: Draft = { isTcp: false, flags: Flag.RD, edns: undefined };
  const words = rest.filter((word) => !word.startsWith("+"));
  for (const option of rest.filter((word) => word.startsWith("+"))) {
    const [name = "", value = ""] = option.slice(1).split("=");
    const apply = OPTIONS[name];
    if (!apply) throw new TypeError(`Cannot read question "${line}": no option "${option}"`);
    apply(draft, value);
  }
  return {
    qname: Name.parse(qname),
    qtype: parseRrType(qtype) ?? 0,
    qclass: parseRrClass(words[0] ?? "IN") ?? 0,
    ...draft,
  };
}

/** The question as a message. */
export function encodeQuestion(question: Question, id: number): Buffer {
  const { edns } = question;
  const writer = new WireWriter(Buffer.alloc(1_024));
  for (const word of [id, question.flags, 1, 0, 0, edns ? 1 : 0]) writer.u16(word);
  writer.name(question.qname);
  writer.u16(question.qtype);
  writer.u16(question.qclass);
  if (edns) writeOpt(writer, edns);
  return writer.copy();
}

/** Not the server's own writer: that one knows version 0 only. */
function writeOpt(writer: WireWriter, edns: QuestionEdns): void {
  writer.name(Name.root);
  writer.u16(RrType.OPT);
  writer.u16(edns.payloadSize);
  writer.u8(0);
  writer.u8(edns.version);
  writer.u16(edns.dnssecOk ? 0x8000 : 0);
  writer.u16(ednsLength(edns.options) - ednsLength([]));
  for (const { code, data } of edns.options) {
    writer.u16(code);
    writer.u16(data.length);
    writer.octets(data);
  }
}

function ednsOf(draft: Draft): QuestionEdns {
  draft.edns ??= { payloadSize: PAYLOAD_SIZE, version: 0, dnssecOk: false, options: [] };
  return draft.edns;
}

function numberOf(table: Readonly<Record<string, number>>, name: string): number {
  const value = table[name];
  if (value === undefined) throw new TypeError(`Cannot read question: no "${name}"`);
  return value;
}

/** An IPv4 prefix, cut after its last octet. */
function subnetOption(prefix: string): EdnsOption {
  const [address = "", length = "32"] = prefix.split("/");
  const sourcePrefixLength = Number(length);
  const octets = parseIpv4(address)?.subarray(0, Math.ceil(sourcePrefixLength / 8));
  if (!octets) throw new TypeError(`Cannot read question: no IPv4 prefix "${prefix}"`);
  const option = { family: 1, sourcePrefixLength, scopePrefixLength: 0, address: octets };
  return clientSubnetOption(option);
}
