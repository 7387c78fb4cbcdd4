import { randomBytes } from "node:crypto";
import type { EdnsOption } from "../../dns/edns.ts";
import { clientSubnetOption } from "../../dns/edns.ts";
import { Flag, HEADER_OCTETS } from "../../dns/header.ts";
import { OptionCode } from "../../dns/iana/option-code.ts";
import type { Question } from "../../dns/message.ts";
import { WireWriter } from "../../dns/wire-writer.ts";
import type { Settings } from "./settings.ts";

/** A query ready to be sent, and what its reply has to match. */
export interface QueryPacket {
  readonly id: number;
  readonly question: Question;
  readonly packet: Buffer;
  readonly hasEdns: boolean;
  /** The client's half of the cookie, if one was sent. */
  readonly cookie: Buffer | undefined;
}

const DNSSEC_OK = 0x8000;
const NO_EDNS_OCTETS = 512;

/** Makes the packet that dig makes of the same settings, with an id that nobody can guess. */
export function makeQueryPacket(
  question: Question,
  settings: Settings,
  id: number = randomBytes(2).readUInt16BE(0),
): QueryPacket {
  const cookie = cookieOf(settings);
  const options = optionsOf(settings, cookie);
  const writer = new WireWriter(Buffer.alloc(NO_EDNS_OCTETS + optionOctets(options)));
  const hasEdns = settings.ednsVersion !== undefined;
  writer.u16(id);
  writer.u16(flagsOf(settings));
  writer.u16(1);
  writer.u32(0);
  writer.u16(hasEdns ? 1 : 0);
  writer.name(question.qname);
  writer.u16(question.qtype);
  writer.u16(question.qclass);
  if (hasEdns) writeOpt(writer, settings, options);
  const sent = hasEdns ? cookie?.subarray(0, 8) : undefined;
  return { id, question, packet: writer.copy(), hasEdns, cookie: sent };
}

function flagsOf(settings: Settings): number {
  return (
    (settings.recursionDesired ? Flag.RD : 0) |
    (settings.authenticData ? Flag.AD : 0) |
    (settings.checkingDisabled ? Flag.CD : 0)
  );
}

function cookieOf({ cookie }: Settings): Buffer | undefined {
  if (cookie === false) return undefined;
  return cookie === true ? randomBytes(8) : cookie;
}

function optionsOf(settings: Settings, cookie: Buffer | undefined): EdnsOption[] {
  const options: EdnsOption[] = [];
  if (settings.nsid) options.push({ code: OptionCode.NSID, data: Buffer.alloc(0) });
  if (settings.subnet) options.push(clientSubnetOption(settings.subnet));
  if (cookie) options.push({ code: OptionCode.COOKIE, data: cookie });
  return options;
}

function optionOctets(options: readonly EdnsOption[]): number {
  return options.reduce((sum, { data }) => sum + 4 + data.length, HEADER_OCTETS);
}

/** OPT of any version, to see what the server says to it; `writeEdns` knows only version 0. */
function writeOpt(writer: WireWriter, settings: Settings, options: readonly EdnsOption[]): void {
  writer.u8(0);
  writer.u16(41);
  writer.u16(settings.payloadSize);
  writer.u8(0);
  writer.u8(settings.ednsVersion ?? 0);
  writer.u16(settings.dnssecOk ? DNSSEC_OK : 0);
  writer.u16(options.reduce((sum, { data }) => sum + 4 + data.length, 0));
  for (const { code, data } of options) {
    writer.u16(code);
    writer.u16(data.length);
    writer.octets(data);
  }
}
