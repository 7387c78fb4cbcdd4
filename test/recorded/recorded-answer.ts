import type { Edns, EdnsOption } from "../../src/dns/edns.ts";
import { decodeExtendedError } from "../../src/dns/edns.ts";
import { Flag } from "../../src/dns/header.ts";
import { ExtendedErrorCode } from "../../src/dns/iana/extended-error.ts";
import { OptionCode } from "../../src/dns/iana/option-code.ts";
import { formatRcode } from "../../src/dns/iana/rcode.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import type { ResourceRecord } from "../../src/dns/resource-record.ts";
import type { Answer } from "./client.ts";

/** An answer in the words in which CoreDNS's were written down. */
export interface RecordedAnswer {
  /** Mnemonic, or `TIMEOUT` for no answer at all. */
  readonly rcode: string;
  readonly flags: string;
  /** Sections sorted; SOA serials are `SERIAL`, the client's port is `PORT`. */
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  readonly edns?: RecordedEdns | null;
}

export interface RecordedEdns {
  readonly version: number;
  readonly payload: number;
  readonly do: boolean;
  readonly options: readonly string[];
}

/** Plugin cases have all flags and EDNS written down, cluster cases a few flags. */
export type Detail = "all" | "cluster";

const FLAGS: Readonly<Record<Detail, readonly (keyof typeof Flag)[]>> = {
  all: ["QR", "AA", "TC", "RD", "RA", "AD", "CD"],
  cluster: ["AA", "RA", "AD"],
};

/** Writes an answer down. What cannot be read has the response code `MALFORMED`. */
export function describeAnswer({ packet, port }: Answer, detail: Detail): RecordedAnswer {
  const message = packet && parseMessage(packet);
  if (!message) return withoutMessage(packet ? "MALFORMED" : "TIMEOUT", detail);
  const lines = (records: readonly ResourceRecord[]): string[] => linesOf(records, port);
  return {
    rcode: formatRcode(message.rcode),
    flags: FLAGS[detail].filter((name) => (message.flags & Flag[name]) !== 0).join(" "),
    answer: lines(message.answer),
    authority: lines(message.authority),
    additional: lines(message.additional),
    ...(detail === "all" ? { edns: describeEdns(message.edns) } : {}),
  };
}

/** Records in presentation form, sorted. */
export function linesOf(records: readonly ResourceRecord[], port: number): string[] {
  return records.map((record) => mask(formatRecord(record), port)).toSorted();
}

function withoutMessage(rcode: string, detail: Detail): RecordedAnswer {
  const empty = { rcode, flags: "", answer: [], authority: [], additional: [] };
  return detail === "all" ? { ...empty, edns: null } : empty;
}

/** What differs from run to run. */
function mask(line: string, port: number): string {
  return line
    .replace(/( SOA \S+ \S+) \d+ /, "$1 SERIAL ")
    .replace(new RegExp(` SRV 0 0 ${port} \\.$`), " SRV 0 0 PORT .");
}

function describeEdns(edns: Edns | undefined): RecordedEdns | null {
  if (!edns) return null;
  return {
    version: edns.version,
    payload: edns.payloadSize,
    do: edns.dnssecOk,
    options: edns.options.map(describeOption),
  };
}

/** `EDE 21 (Not Supported): text` or `NSID text`, as dnspython writes them. */
function describeOption({ code, data }: EdnsOption): string {
  if (code === OptionCode.NSID) return `NSID ${data.toString()}`;
  const error = code === OptionCode.EXTENDED_ERROR ? decodeExtendedError(data) : undefined;
  if (!error) return `OPTION ${code} ${data.toString("hex")}`;
  const purpose = Object.entries(ExtendedErrorCode).find(([, value]) => value === error.infoCode);
  const words = purpose?.[0].toLowerCase().replaceAll("_", " ");
  const title = words?.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
  const head = title === undefined ? `EDE ${error.infoCode}` : `EDE ${error.infoCode} (${title})`;
  return error.extraText === "" ? head : `${head}: ${error.extraText}`;
}
