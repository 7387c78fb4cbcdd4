import { formatRrClass } from "../../dns/iana/rr-class.ts";
import { RrType, formatRrType } from "../../dns/iana/rr-type.ts";
import type { Question } from "../../dns/message.ts";
import type { Name } from "../../dns/name.ts";
import { formatRdata } from "../../dns/rdata/rdata.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Shown } from "./settings.ts";

const TAB = 8;
/** dig cuts octets in hex and base64 into words as long. */
const WORD = 56;

/** Types whose last field is hex, which dig writes in upper case. */
const HEX: ReadonlySet<number> = new Set([
  RrType.DS,
  RrType.CDS,
  RrType.DLV,
  RrType.SSHFP,
  RrType.TLSA,
  RrType.SMIMEA,
  RrType.ZONEMD,
]);
const BASE64: ReadonlySet<number> = new Set([
  RrType.DNSKEY,
  RrType.CDNSKEY,
  RrType.KEY,
  RrType.RRSIG,
  RrType.SIG,
  RrType.DHCID,
  RrType.OPENPGPKEY,
  RrType.CERT,
  RrType.IPSECKEY,
]);

/** Columns at which TTL, class, type and RDATA begin, if what is before them leaves room. */
type Columns = readonly [ttl: number, rrClass: number, type: number, rdata: number];

/** One record in a line, as dig prints it. */
export function formatRecordLine(record: ResourceRecord, shown: Shown): string {
  const [ttlAt, classAt, typeAt, rdataAt] = columnsOf(shown);
  const line = new Line(formatName(record.owner));
  if (shown.ttlid) line.add(ttlAt, String(record.ttlSeconds));
  if (shown.class) line.add(classAt, formatRrClass(record.class));
  line.add(typeAt, formatRrType(record.type));
  line.add(rdataAt, formatRdataWords(record));
  return line.text;
}

/** A question as a comment. */
export function formatQuestionLine({ qname, qtype, qclass }: Question, shown: Shown): string {
  const [, classAt, typeAt] = columnsOf(shown);
  const line = new Line(formatName(qname));
  line.add(classAt, formatRrClass(qclass));
  line.add(typeAt, formatRrType(qtype));
  return `;${line.text}`;
}

/** RDATA with its long fields cut into words. */
export function formatRdataWords({ type, rdata }: ResourceRecord): string {
  const text = asDigWrites(type, asDigEscapes(formatRdata(type, rdata)));
  const isGeneric = text.startsWith("\\# ");
  if (!isGeneric && !HEX.has(type) && !BASE64.has(type)) return text;
  const at = text.lastIndexOf(" ") + 1;
  const last = isGeneric || HEX.has(type) ? text.slice(at).toUpperCase() : text.slice(at);
  return text.slice(0, at) + (last.match(new RegExp(`.{1,${WORD}}`, "g")) ?? []).join(" ");
}

/** A name with dig's escapes. */
export function formatName(name: Name): string {
  return asDigEscapes(name.toString());
}

/** CoreDNS and so our names have a backslash before a blank and an apostrophe. */
function asDigEscapes(text: string): string {
  return text.replace(/\\([^])/g, (escape, meant: string) => {
    if (meant === " ") return String.raw`\032`;
    return meant === "'" ? meant : escape;
  });
}

/** Where dig's text for a type is another than the codec's, and both are right. */
function asDigWrites(type: number, text: string): string {
  if (type === RrType.NSEC3 || type === RrType.NSEC3PARAM) {
    return text.replace(/^(\d+ \d+ \d+ )([\da-f]+)/, (_all, head: string, salt: string) => {
      return head + salt.toUpperCase();
    });
  }
  if (type !== RrType.SVCB && type !== RrType.HTTPS) return text;
  // A quote within a value has a backslash before it.
  return text
    .replace(/ (mandatory|port|ipv4hint|ipv6hint|ech)="([^"]*)"/g, " $1=$2")
    .replace(/ (no-default-alpn|ohttp)=""/g, " $1");
}

function columnsOf({ ttlid, class: rrClass }: Shown): Columns {
  if (ttlid && rrClass) return [24, 32, 40, 48];
  return ttlid || rrClass ? [24, 24, 32, 40] : [24, 24, 24, 32];
}

/** A line that grows column by column, with tabs between. */
class Line {
  text: string;
  #column: number;

  constructor(text: string) {
    this.text = text;
    this.#column = text.length;
  }

  add(column: number, text: string): void {
    const to = Math.max(column, this.#column + 1);
    const tabs = Math.floor(to / TAB) - Math.floor(this.#column / TAB);
    const blanks = tabs > 0 ? to % TAB : to - this.#column;
    this.text += "\t".repeat(tabs) + " ".repeat(blanks) + text;
    this.#column = to + text.length;
  }
}
