import { Opcode } from "../dns/iana/opcode.ts";
import { RrClass } from "../dns/iana/rr-class.ts";
import { RrType, parseRrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import { parseRdata } from "../dns/rdata/rdata.ts";
import { ResourceRecord } from "../dns/resource-record.ts";
import type { UpdateMessage } from "../zone/update/update-message.ts";

/** Of the header. */
export const UPDATE_FLAGS: number = Opcode.UPDATE << 11;
const NO_OCTETS = Buffer.alloc(0);

/**
 * An update in the words of *nsupdate*, names relative to the zone:
 *
 *     prereq nxdomain NAME             prereq nxrrset NAME TYPE
 *     prereq yxdomain NAME             prereq yxrrset NAME TYPE [DATA]
 *     add NAME TTL TYPE DATA           delete NAME [TYPE [DATA]]
 */
export function parseUpdate(zone: Name, lines: readonly string[]): UpdateMessage {
  const [prerequisites, updates]: [ResourceRecord[], ResourceRecord[]] = [[], []];
  for (const line of lines) {
    const [word = "", ...rest] = line.trim().split(/ +/);
    if (word === "prereq") prerequisites.push(parsePrerequisite(zone, rest));
    else if (word === "add") updates.push(parseAddition(zone, rest));
    else updates.push(parseRemoval(zone, rest));
  }
  return { prerequisites, updates };
}

/** The packet that asks for it. */
export function updatePacket(
  zone: Name,
  { prerequisites, updates }: UpdateMessage,
  id = 4_711,
): Buffer {
  const counts = [1, prerequisites.length, updates.length, 0];
  return Buffer.concat([
    words(id, UPDATE_FLAGS, ...counts),
    wireOf(zone),
    words(RrType.SOA, RrClass.IN),
    ...[...prerequisites, ...updates].flatMap(({ owner, type, ttlSeconds, rdata, ...one }) => [
      wireOf(owner),
      words(type, one.class, ttlSeconds >>> 16, ttlSeconds & 0xffff, rdata.length),
      rdata,
    ]),
  ]);
}

function wireOf({ wire }: Name): Buffer {
  return Buffer.from(wire, "latin1");
}

function words(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => buffer.writeUInt16BE(value, 2 * i));
  return buffer;
}

function parsePrerequisite(
  zone: Name,
  [kind = "", owner, type, ...data]: string[],
): ResourceRecord {
  if (data.length > 0) return record(zone, { owner, type, data, rrClass: RrClass.IN });
  const rrClass = kind.startsWith("nx") ? RrClass.NONE : RrClass.ANY;
  return record(zone, { owner, type, rrClass });
}

function parseAddition(zone: Name, [owner, ttl, type, ...data]: string[]): ResourceRecord {
  return record(zone, { owner, type, data, rrClass: RrClass.IN, ttlSeconds: Number(ttl) });
}

function parseRemoval(zone: Name, [owner, type, ...data]: string[]): ResourceRecord {
  const rrClass = data.length > 0 ? RrClass.NONE : RrClass.ANY;
  return record(zone, { owner, type, data, rrClass });
}

interface Words {
  readonly owner: string | undefined;
  /** ANY if it is left out. */
  readonly type: string | undefined;
  readonly data?: readonly string[];
  readonly rrClass: number;
  readonly ttlSeconds?: number;
}

function record(
  zone: Name,
  { owner = "@", type = "ANY", data = [], ...rest }: Words,
): ResourceRecord {
  const number = parseRrType(type) ?? 0;
  const rdata = data.length > 0 ? parseRdata(number, data.join(" "), zone) : NO_OCTETS;
  const { rrClass, ttlSeconds = 0 } = rest;
  return new ResourceRecord(nameOf(zone, owner), number, rrClass, ttlSeconds, rdata);
}

function nameOf(zone: Name, text: string): Name {
  if (text === "@") return zone;
  if (text.endsWith(".")) return Name.parse(text);
  return Name.parse(text).concat(zone) ?? zone;
}
