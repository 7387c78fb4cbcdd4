import { Packet } from "dns2";
import { decode } from "dns-packet";
import { rcodeOf } from "../../src/dns/header.ts";
import { formatRrClass } from "../../src/dns/iana/rr-class.ts";
import { RrType, formatRrType, parseRrType } from "../../src/dns/iana/rr-type.ts";
import type { Message } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { formatIpv6, parseIpv6 } from "../../src/dns/rdata/ip-address.ts";
import type { ResourceRecord } from "../../src/dns/resource-record.ts";

/** What two decoders can be compared by: the response code's low bits, and records by section. */
export interface Reading {
  readonly rcode: number;
  readonly sections: readonly (readonly string[])[];
}

type Kind = "plain" | "name" | "ipv6" | "strings";
type Layout = readonly (readonly [string, Kind])[];

/** Where a library keeps the RDATA of a type, in the order of the presentation format. */
type Layouts = Readonly<Record<string, Layout>>;

const NAME_AS_DATA: Layout = [["data", "name"]];
const SERVICE: Layout = [
  ["priority", "plain"],
  ["weight", "plain"],
  ["port", "plain"],
  ["target", "name"],
];

const DNS2: Layouts = {
  A: [["address", "plain"]],
  AAAA: [["address", "ipv6"]],
  NS: [["ns", "name"]],
  CNAME: [["domain", "name"]],
  PTR: [["domain", "name"]],
  MX: [
    ["priority", "plain"],
    ["exchange", "name"],
  ],
  SRV: SERVICE,
  SOA: [
    ["primary", "name"],
    ["admin", "name"],
    ["serial", "plain"],
    ["refresh", "plain"],
    ["retry", "plain"],
    ["expiration", "plain"],
    ["minimum", "plain"],
  ],
  TXT: [["data", "strings"]],
};

const DNS_PACKET: Layouts = {
  A: [["data", "plain"]],
  AAAA: [["data", "ipv6"]],
  NS: NAME_AS_DATA,
  CNAME: NAME_AS_DATA,
  PTR: NAME_AS_DATA,
  MX: [
    ["preference", "plain"],
    ["exchange", "name"],
  ],
  SRV: SERVICE,
  SOA: [
    ["mname", "name"],
    ["rname", "name"],
    ["serial", "plain"],
    ["refresh", "plain"],
    ["retry", "plain"],
    ["expire", "plain"],
    ["minimum", "plain"],
  ],
  TXT: [["data", "strings"]],
};

/** Our own reading, with the RDATA of only those types that the others know. */
export function readOurselves(message: Message): Reading {
  const lines = (records: readonly ResourceRecord[]): string[] => {
    return records.map((record) => {
      const line = formatRecord(record);
      return formatRrType(record.type) in DNS2 ? line : line.split(" ", 4).join(" ");
    });
  };
  const { answer, authority, additional } = message;
  return { rcode: rcodeOf(message.flags), sections: [answer, authority, additional].map(lines) };
}

export function readWithDns2(packet: Buffer): Reading {
  const { header, answers, authorities, additionals } = Packet.parse(packet);
  const sections = [answers, authorities, additionals].map((records) => {
    return records.flatMap((record) => describe(new Map(Object.entries(record)), DNS2));
  });
  return { rcode: header.rcode & 0x0f, sections };
}

export function readWithDnsPacket(packet: Buffer): Reading {
  const { answers = [], authorities = [], additionals = [] } = decode(packet);
  const sections = [answers, authorities, additionals].map((records) => {
    return records.flatMap((record) => {
      const fields = new Map<string, unknown>(Object.entries(record));
      const data = fields.get("data");
      // Types of several fields have an object there, the others the value itself.
      const inner = typeof data === "object" && data !== null ? Object.entries(data) : [];
      return describe(new Map([...fields, ...inner]), DNS_PACKET);
    });
  });
  return { rcode: packet.readUInt16BE(2) & 0x0f, sections };
}

function describe(fields: ReadonlyMap<string, unknown>, layouts: Layouts): string[] {
  const type = typeName(fields.get("type"));
  if (type === formatRrType(RrType.OPT)) return [];
  const head = `${fqdn(fields.get("name"))} ${String(fields.get("ttl"))} ${className(fields.get("class"))} ${type}`;
  const layout = layouts[type] ?? [];
  const rdata = layout.map(([key, kind]) => formatField(fields.get(key), kind));
  return [[head, ...rdata].join(" ")];
}

/** A number or a mnemonic. */
function className(value: unknown): string {
  return typeof value === "number" ? formatRrClass(value) : String(value);
}

/** A number, a mnemonic, or `UNKNOWN_65534`. */
function typeName(type: unknown): string {
  if (typeof type === "number") return formatRrType(type);
  const text = String(type).replace("UNKNOWN_", "TYPE");
  return formatRrType(parseRrType(text) ?? 0);
}

function formatField(value: unknown, kind: Kind): string {
  if (kind === "name") return fqdn(value);
  if (kind === "ipv6") return formatIpv6(parseIpv6(String(value)) ?? Buffer.alloc(0));
  if (kind === "plain") return String(value);
  const strings: readonly unknown[] = Array.isArray(value) ? value : [value];
  return strings.map((string) => `"${String(string)}"`).join(" ");
}

/** Neither library writes the final dot. */
function fqdn(name: unknown): string {
  return name === "" || name === "." ? "." : `${String(name)}.`;
}
