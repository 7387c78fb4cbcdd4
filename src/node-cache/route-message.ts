/**
 * Messages of the kernel's routing socket (rtnetlink(7)). All numbers are in the machine's order, which is low octet
 * first wherever the C library is called.
 *
 *   header  length 4 | type 2 | flags 2 | sequence 4 | port 4
 *   body    of the type, then attributes: length 2 | type 2 | octets, padded to 4
 */
export const HEADER_OCTETS = 16;
const ALIGNMENT = 4;
const REQUEST_AND_ACK = 0x1 | 0x4;
/** For what is to be made: it must not be there yet. */
const CREATE = 0x400 | 0x200;

const NEW_LINK = 16;
const DELETE_LINK = 17;
const NEW_ADDRESS = 20;

const LINK_NAME = 3;
const LINK_INFO = 18;
const INFO_KIND = 1;
const ADDRESS = 1;
const LOCAL_ADDRESS = 2;
/** A host's own address need not be asked for on the link (RFC 4862 §5.4). */
const NO_DUPLICATE_DETECTION = 0x02;
const UP = 1;

/** Makes a device of this kind, as "dummy". */
export function addLink(name: string, kind: string): Buffer {
  const info = attribute(LINK_INFO, attribute(INFO_KIND, Buffer.from(kind)));
  const body = Buffer.concat([
    linkBody(0, 0),
    attribute(LINK_NAME, Buffer.from(`${name}\0`)),
    info,
  ]);
  return message(NEW_LINK, CREATE, body);
}

export function setLinkUp(index: number): Buffer {
  return message(NEW_LINK, 0, linkBody(index, UP));
}

export function deleteLink(index: number): Buffer {
  return message(DELETE_LINK, 0, linkBody(index, 0));
}

/** Gives the device an address of its own, without a network. @param octets 4 or 16 */
export function addAddress(index: number, family: number, octets: Buffer): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt8(family, 0);
  body.writeUInt8(octets.length * 8, 1);
  body.writeUInt8(octets.length === 16 ? NO_DUPLICATE_DETECTION : 0, 2);
  body.writeUInt32LE(index, 4);
  const attributes = [attribute(LOCAL_ADDRESS, octets), attribute(ADDRESS, octets)];
  return message(NEW_ADDRESS, CREATE, Buffer.concat([body, ...attributes]));
}

/** The error number of an answer, 0 if all is well; undefined if it is no such answer. */
export function errorNumberOf(answer: Buffer): number | undefined {
  const ERROR = 2;
  if (answer.length < HEADER_OCTETS + 4 || answer.readUInt16LE(4) !== ERROR) return undefined;
  return -answer.readInt32LE(HEADER_OCTETS);
}

/** family 1 | zero 1 | type 2 | index 4 | flags 4 | which flags are meant 4 */
function linkBody(index: number, flags: number): Buffer {
  const body = Buffer.alloc(16);
  body.writeInt32LE(index, 4);
  body.writeUInt32LE(flags, 8);
  body.writeUInt32LE(flags, 12);
  return body;
}

function attribute(type: number, value: Buffer): Buffer {
  const length = ALIGNMENT + value.length;
  const octets = Buffer.alloc(Math.ceil(length / ALIGNMENT) * ALIGNMENT);
  octets.writeUInt16LE(length, 0);
  octets.writeUInt16LE(type, 2);
  value.copy(octets, 4);
  return octets;
}

function message(type: number, flags: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_OCTETS);
  header.writeUInt32LE(HEADER_OCTETS + body.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(REQUEST_AND_ACK | flags, 6);
  return Buffer.concat([header, body]);
}
