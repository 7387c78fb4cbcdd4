import { formatRcode } from "../../dns/iana/rcode.ts";
import { formatRrClass } from "../../dns/iana/rr-class.ts";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import { formatRdata } from "../../dns/rdata/rdata.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { explainOption } from "./format-edns.ts";
import { flagNames, formatOpcode } from "./format-text.ts";
import type { Reply } from "./reply.ts";

/** What `-o json` prints; a shape that scripts may rely on. Names and data are in presentation format. */
export interface ReplyDocument {
  readonly status: string;
  readonly opcode: string;
  readonly id: number;
  readonly flags: readonly string[];
  readonly edns: EdnsDocument | null;
  readonly question: readonly { name: string; class: string; type: string }[];
  readonly answer: readonly RecordDocument[];
  readonly authority: readonly RecordDocument[];
  readonly additional: readonly RecordDocument[];
  readonly isMalformed: boolean;
  readonly server: { address: string; port: number; name: string; transport: string };
  readonly queryTimeMs: number;
  /** RFC 3339, UTC. */
  readonly when: string;
  readonly sizeOctets: number;
  /** What went wrong on the way to this reply. */
  readonly warnings: readonly string[];
}

interface RecordDocument {
  readonly name: string;
  readonly ttlSeconds: number;
  readonly class: string;
  readonly type: string;
  readonly data: string;
}

interface EdnsDocument {
  readonly version: number;
  readonly flags: readonly string[];
  readonly payloadSize: number;
  /** `hex` is the octets, `text` what they say, as in dig's words. */
  readonly options: readonly { code: number; name: string; hex: string; text: string }[];
}

export function replyDocument(reply: Reply, warnings: readonly string[]): ReplyDocument {
  const { message, endpoint, transport } = reply;
  return {
    status: formatRcode(message.rcode),
    opcode: formatOpcode(message.opcode),
    id: message.id,
    flags: flagNames(message.flags),
    edns: ednsDocument(reply),
    question: message.question.map(({ qname, qclass, qtype }) => ({
      name: qname.toString(),
      class: formatRrClass(qclass),
      type: formatRrType(qtype),
    })),
    answer: message.answer.map(recordDocument),
    authority: message.authority.map(recordDocument),
    additional: message.additional.map(recordDocument),
    isMalformed: reply.isMalformed,
    server: { address: endpoint.address, port: endpoint.port, name: endpoint.host, transport },
    queryTimeMs: Number(reply.elapsedMs.toFixed(3)),
    when: new Date(reply.receivedMs).toISOString(),
    sizeOctets: reply.octets,
    warnings,
  };
}

/** JSON in which nothing can move a terminal's cursor: `JSON.stringify` leaves control characters above ASCII. */
export function formatJson(document: object): string {
  const text = JSON.stringify(document, undefined, 2).replace(/[^\n -~]/gu, (character) => {
    return Array.from({ length: character.length }, (_, i) => {
      return `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`;
    }).join("");
  });
  return `${text}\n`;
}

function recordDocument(record: ResourceRecord): RecordDocument {
  return {
    name: record.owner.toString(),
    ttlSeconds: record.ttlSeconds,
    class: formatRrClass(record.class),
    type: formatRrType(record.type),
    data: formatRdata(record.type, record.rdata),
  };
}

function ednsDocument({ message, query }: Reply): EdnsDocument | null {
  const { edns } = message;
  if (!edns) return null;
  return {
    version: edns.version,
    flags: edns.dnssecOk ? ["do"] : [],
    payloadSize: edns.payloadSize,
    options: edns.options.map((option) => {
      const { name, value } = explainOption(option, query.cookie);
      return { code: option.code, name, hex: option.data.toString("hex"), text: value };
    }),
  };
}
