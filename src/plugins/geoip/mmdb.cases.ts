/** Values of a database; numbers with a fraction are doubles, others unsigned. */
export type MmdbValue =
  | string
  | number
  | boolean
  | readonly MmdbValue[]
  | { readonly [key: string]: MmdbValue };

type Node = [left: Node | number | undefined, right: Node | number | undefined];

const SEPARATOR_OCTETS = 16;
const MARKER = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");

/**
 * Writes a small database in the MaxMind DB format, version 2.0, with addresses of 32 bits.
 * @param records by prefix: `192.0.2.0/24`
 */
export function writeMmdb(
  databaseType: string,
  records: Readonly<Record<string, MmdbValue>>,
): Buffer {
  const data: Buffer[] = [];
  let octets = 0;
  const root: Node = [undefined, undefined];
  for (const [prefix, value] of Object.entries(records)) {
    plant(root, prefix, octets);
    const encoded = encode(value);
    data.push(encoded);
    octets += encoded.length;
  }
  const nodes: Node[] = [];
  collect(root, nodes);
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1,
    database_type: databaseType,
    description: { en: "of a test" },
    ip_version: 4,
    languages: ["en"],
    node_count: nodes.length,
    record_size: 24,
  });
  const separator = Buffer.alloc(SEPARATOR_OCTETS);
  return Buffer.concat([tree(nodes), separator, ...data, MARKER, metadata]);
}

/** Leads the bits of a prefix to where its record begins in the data. */
function plant(root: Node, prefix: string, offset: number): void {
  const [address = "", length] = prefix.split("/");
  const bits = address
    .split(".")
    .map((octet) => Number(octet).toString(2).padStart(8, "0"))
    .join("");
  let node = root;
  for (let i = 0; i < Number(length); i++) {
    const side = Number(bits[i]);
    if (i === Number(length) - 1) node[side] = offset;
    else node = (node[side] ??= [undefined, undefined]) as Node;
  }
}

function collect(node: Node, nodes: Node[]): void {
  nodes.push(node);
  for (const side of node) if (Array.isArray(side)) collect(side, nodes);
}

/** Two numbers of 24 bits for each node: another node, none (their count), or data behind that. */
function tree(nodes: readonly Node[]): Buffer {
  const out = Buffer.alloc(nodes.length * 6);
  for (const [i, node] of nodes.entries()) {
    for (const [side, to] of node.entries()) {
      let value = nodes.length;
      if (Array.isArray(to)) value = nodes.indexOf(to);
      else if (to !== undefined) value = nodes.length + SEPARATOR_OCTETS + to;
      out.writeUIntBE(value, i * 6 + side * 3, 3);
    }
  }
  return out;
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === "string") {
    const text = Buffer.from(value);
    return Buffer.concat([control(2, text.length), text]);
  }
  if (typeof value === "boolean") return control(14, value ? 1 : 0);
  if (typeof value === "number") return encodeNumber(value);
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  const parts = entries.flatMap(([key, one]) => [encode(key), encode(one)]);
  return Buffer.concat([control(7, entries.length), ...parts]);
}

function encodeNumber(value: number): Buffer {
  if (Number.isInteger(value)) {
    const out = Buffer.alloc(4);
    out.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), out]);
  }
  const out = Buffer.alloc(8);
  out.writeDoubleBE(value);
  return Buffer.concat([control(3, 8), out]);
}

/** Type and size; types above 7 have an octet of their own. */
function control(type: number, size: number): Buffer {
  const [low, more] = size < 29 ? [size, []] : [29, [size - 29]];
  return type > 7
    ? Buffer.from([low, type - 7, ...more])
    : Buffer.from([(type << 5) | low, ...more]);
}
