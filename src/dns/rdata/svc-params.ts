import { quote, unescape } from "./character-string.ts";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "./ip-address.ts";
import { parseBase64 } from "./octet-fields.ts";

/** Keys of service parameters (IANA "Service Parameter Keys (SvcParamKeys)"). */
export const SvcParamKey = {
  mandatory: 0,
  alpn: 1,
  "no-default-alpn": 2,
  port: 3,
  ipv4hint: 4,
  ech: 5,
  ipv6hint: 6,
  dohpath: 7,
  ohttp: 8,
} as const;

/** Reserved as an invalid key (RFC 9460 §14.3.2). */
const INVALID_KEY = 0xffff;

export interface SvcParam {
  readonly key: number;
  /** In wire form. */
  readonly value: Buffer;
}

/** How the value of one key is written. All texts are octets, one character each. */
interface SvcParamKind {
  /** The wire form, or undefined if the text is not one of this kind. */
  parse(text: string): Buffer | undefined;
  /** The text, or undefined if the octets are not of this kind. */
  format(value: Buffer): string | undefined;
}

const octets: SvcParamKind = {
  parse: (text) => Buffer.from(text, "latin1"),
  format: (value) => value.toString("latin1"),
};

const empty: SvcParamKind = {
  parse: (text) => (text === "" ? Buffer.alloc(0) : undefined),
  format: (value) => (value.length === 0 ? "" : undefined),
};

const kinds: Readonly<Record<number, SvcParamKind>> = {
  [SvcParamKey.mandatory]: { parse: parseKeys, format: formatKeys },
  [SvcParamKey.alpn]: { parse: parseProtocols, format: formatProtocols },
  [SvcParamKey["no-default-alpn"]]: empty,
  [SvcParamKey.port]: { parse: parsePort, format: formatPort },
  [SvcParamKey.ipv4hint]: addresses(4, parseIpv4, formatIpv4),
  [SvcParamKey.ech]: {
    parse: (text) => (text === "" ? undefined : parseBase64(text)),
    format: (value) => (value.length === 0 ? undefined : value.toString("base64")),
  },
  [SvcParamKey.ipv6hint]: addresses(16, parseIpv6, formatIpv6),
  [SvcParamKey.dohpath]: octets,
  [SvcParamKey.ohttp]: empty,
};

const keyByName = new Map<string, number>(Object.entries(SvcParamKey));
const nameByKey = new Map([...keyByName].map(([name, key]) => [key, name]));

/** `key="value"`; undefined if the value is malformed. */
export function formatSvcParam({ key, value }: SvcParam): string | undefined {
  const text = key === INVALID_KEY ? undefined : (kinds[key] ?? octets).format(value);
  return text === undefined ? undefined : `${nameOf(key)}=${quote(text)}`;
}

/**
 * Reads `key=value`, or `key` alone, whose value is empty (RFC 9460 §2.1). `keyNNN` takes octets
 * in the wire form, whether the key has a name or not.
 * @returns undefined if there is no such key or the value is not one of its kind.
 * @throws {SyntaxError} if an escape is malformed.
 */
export function parseSvcParam(text: string): SvcParam | undefined {
  const [name = ""] = text.split("=", 1);
  const key = keyOf(name);
  if (key === undefined) return undefined;
  const kind = (keyByName.has(name) && kinds[key]) || octets;
  const value = kind.parse(unescape(text.slice(name.length + 1)));
  const isValid = value && formatSvcParam({ key, value }) !== undefined;
  return isValid ? { key, value } : undefined;
}

/** Why parameters, in ascending order of keys, cannot stand together; undefined if they can. */
export function svcParamsProblem(params: readonly SvcParam[]): string | undefined {
  const keys = params.map((param) => param.key);
  const repeated = keys.find((key, i) => i > 0 && key <= (keys[i - 1] ?? 0));
  if (repeated !== undefined) return `key "${nameOf(repeated)}" is repeated or out of order`;
  if (keys.includes(SvcParamKey["no-default-alpn"]) && !keys.includes(SvcParamKey.alpn)) {
    return '"no-default-alpn" without "alpn"';
  }
  const mandatory = params.find((param) => param.key === SvcParamKey.mandatory);
  const missing = mandatory && keysIn(mandatory.value).find((key) => !keys.includes(key));
  return missing === undefined ? undefined : `mandatory key "${nameOf(missing)}" is missing`;
}

function nameOf(key: number): string {
  return nameByKey.get(key) ?? `key${key}`;
}

function keyOf(name: string): number | undefined {
  const digits = /^key(0|[1-9]\d{0,4})$/.exec(name)?.[1];
  const key = digits === undefined ? keyByName.get(name) : Number(digits);
  return key !== undefined && key < INVALID_KEY ? key : undefined;
}

function keysIn(value: Buffer): number[] {
  return Array.from({ length: value.length >>> 1 }, (_, i) => value.readUInt16BE(2 * i));
}

/** `mandatory` (RFC 9460 §8): in text any order will do. */
function parseKeys(text: string): Buffer | undefined {
  const keys = text.split(",").map((name) => keyOf(name) ?? INVALID_KEY);
  const value = Buffer.alloc(2 * keys.length);
  keys.sort((a, b) => a - b).forEach((key, i) => value.writeUInt16BE(key, 2 * i));
  return value;
}

/** On the wire they ascend, none is twice, and `mandatory` itself is not among them. */
function formatKeys(value: Buffer): string | undefined {
  const keys = keysIn(value);
  const ascend = keys.every((key, i) => key > (keys[i - 1] ?? 0) && key < INVALID_KEY);
  return ascend && keys.length > 0 && value.length % 2 === 0
    ? keys.map(nameOf).join(",")
    : undefined;
}

/** `alpn`: items behind their lengths; in text a comma or backslash in an item is escaped. */
function parseProtocols(text: string): Buffer | undefined {
  if (!/^(\\[,\\]|[^,\\])+(,(\\[,\\]|[^,\\])+)*$/.test(text)) return undefined;
  const items = text.match(/(\\[^]|[^,\\])+/g) ?? [];
  const protocols = items.map((item) => item.replace(/\\([^])/g, "$1"));
  if (protocols.some((protocol) => protocol.length > 255)) return undefined;
  const wire = protocols.map((protocol) => String.fromCharCode(protocol.length) + protocol);
  return Buffer.from(wire.join(""), "latin1");
}

function formatProtocols(value: Buffer): string | undefined {
  const items: string[] = [];
  for (let at = 0; at < value.length;) {
    const end = at + 1 + (value[at] ?? 0);
    if (end === at + 1 || end > value.length) return undefined;
    items.push(value.toString("latin1", at + 1, end).replace(/[,\\]/g, "\\$&"));
    at = end;
  }
  return items.length > 0 ? items.join(",") : undefined;
}

function parsePort(text: string): Buffer | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  return port <= 0xffff ? Buffer.from([port >>> 8, port]) : undefined;
}

function formatPort(value: Buffer): string | undefined {
  return value.length === 2 ? String(value.readUInt16BE(0)) : undefined;
}

function addresses(
  size: number,
  parse: (text: string) => Buffer | undefined,
  format: (octets: Uint8Array, offset: number) => string,
): SvcParamKind {
  return {
    parse(text) {
      const parsed = text.split(",").map(parse);
      const known = parsed.filter((address) => address !== undefined);
      return known.length === parsed.length ? Buffer.concat(known) : undefined;
    },
    format(value) {
      if (value.length === 0 || value.length % size !== 0) return undefined;
      const count = value.length / size;
      return Array.from({ length: count }, (_, i) => format(value, i * size)).join(",");
    },
  };
}
