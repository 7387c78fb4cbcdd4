import type { Random } from "./random.ts";

/** A field as it stands in a message: its key, and behind it what its wire type says. */
interface Field {
  key: number;
  /** Of wire type 0, 1 and 5 the octets themselves; of type 2 without the length. */
  value: Buffer;
  /** What the value is made of, if it can be read as a message. */
  children: Field[] | undefined;
}

/** In front of each object of the API: KEP "protobuf", `k8s` and a zero. */
const MAGIC = Buffer.from("k8s\0");
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;
const EDGES = [
  "00",
  "01",
  "7f",
  "ffff03",
  "ffffffff0f",
  "ffffffffffffffffff01",
  "80",
  "ff".repeat(11),
];

/** A message like it, with one field gone, twice, empty, of another type or number, or of other octets. */
export function mutateProtobuf(message: Buffer, random: Random): Buffer {
  const fields = decode(message);
  if (!fields) return message;
  const lists = fieldLists(fields);
  const list = random.pick(lists);
  const at = random.below(list.length);
  const field = list[at];
  if (field) change(list, at, field, random);
  return encode(fields);
}

function change(list: Field[], at: number, field: Field, random: Random): void {
  const isVarint = (field.key & 7) === VARINT;
  const edge = (): Buffer => Buffer.from(random.pick(EDGES), "hex");
  const changes: readonly (() => unknown)[] = [
    () => list.splice(at, 1),
    () => list.splice(at, 0, ...(Array(1 + random.below(30)).fill(field) as Field[])),
    () => (field.key = (field.key & ~7) | random.below(8)),
    () => (field.key = (random.below(30) << 3) | (field.key & 7)),
    () => replace(field, isVarint ? edge() : Buffer.alloc(0)),
    () => replace(field, isVarint ? edge() : random.octets(random.below(20))),
    () => replace(field, isVarint ? edge() : Buffer.concat([field.value, field.value])),
  ];
  random.pick(changes)();
}

function replace(field: Field, value: Buffer): void {
  field.value = value;
  field.children = undefined;
}

function fieldLists(fields: Field[]): Field[][] {
  return [fields, ...fields.flatMap(({ children }) => (children ? fieldLists(children) : []))];
}

/** Undefined for what is no message. */
function decode(octets: Buffer): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  while (at < octets.length) {
    const key = octets[at++] ?? 0;
    const length = lengthOf(octets, at, key & 7);
    if (length === undefined || key >= 0x80 || key < 8) return undefined;
    const [from, to] = length;
    const value = octets.subarray(from, to);
    const isMessage = (key & 7) === LENGTH && value.length > 0;
    fields.push({ key, value, children: isMessage ? decodeInside(value) : undefined });
    at = to;
  }
  return fields;
}

function decodeInside(value: Buffer): Field[] | undefined {
  return decode(
    value.subarray(0, MAGIC.length).equals(MAGIC) ? value.subarray(MAGIC.length) : value,
  );
}

/** Where the value of a field begins and ends. */
function lengthOf(octets: Buffer, at: number, type: number): [number, number] | undefined {
  if (type === FIXED64) return inside(octets, at, at + 8);
  if (type === FIXED32) return inside(octets, at, at + 4);
  let [end, value] = [at, 0];
  do {
    value += ((octets[end] ?? 0) & 0x7f) * 2 ** (7 * (end - at));
  } while ((octets[end++] ?? 0) >= 0x80);
  if (type === VARINT) return inside(octets, at, end);
  return type === LENGTH ? inside(octets, end, end + value) : undefined;
}

function inside(octets: Buffer, from: number, to: number): [number, number] | undefined {
  return to <= octets.length ? [from, to] : undefined;
}

function encode(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(({ key, value, children }) => {
      const hasMagic = value.subarray(0, MAGIC.length).equals(MAGIC);
      const inner =
        children && Buffer.concat([hasMagic ? MAGIC : Buffer.alloc(0), encode(children)]);
      const octets = inner ?? value;
      const isLong = (key & 7) === LENGTH;
      return [Buffer.from([key]), isLong ? varint(octets.length) : Buffer.alloc(0), octets];
    }),
  );
}

function varint(value: number): Buffer {
  const octets: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...octets, rest]);
    octets.push((rest & 0x7f) | 0x80);
  }
}
