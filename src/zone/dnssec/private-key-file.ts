import type { JsonWebKey, KeyObject } from "node:crypto";
import { createPrivateKey } from "node:crypto";
import { DNSKEY } from "../../dns/rdata/dnskey.ts";
import type { KeyKind } from "./algorithms.ts";
import { keyAlgorithm } from "./algorithms.ts";
import { KeyFileError } from "./key-file-error.ts";
import { base64Url, publicJwk } from "./public-key.ts";

/** The fields of an RSA key, and what JSON Web Keys call them (RFC 7518 §6.3.2). */
const RSA_FIELDS = {
  modulus: "n",
  publicexponent: "e",
  privateexponent: "d",
  prime1: "p",
  prime2: "q",
  exponent1: "dp",
  exponent2: "dq",
  coefficient: "qi",
} as const;

/** The fields of a file, by their names in lower case. */
type Fields = ReadonlyMap<string, { readonly value: string; readonly line: number }>;

/**
 * The private key in a file as BIND writes it: `Field: value` on each line.
 * @param dnskey RDATA of the public half, of an algorithm that may sign
 * @throws {KeyFileError}
 */
export function privateKeyIn(text: string, file: string, dnskey: Buffer): KeyObject {
  const fields = fieldsOf(text, file);
  const format = fields.get("private-key-format");
  if (format && !/^v1\.[23]$/.test(format.value))
    throw new KeyFileError(file, format.line, "its format is not v1.2 or v1.3");
  const number = DNSKEY.decode(dnskey)?.algorithm ?? 0;
  const written = fields.get("algorithm");
  if (Number.parseInt(written?.value ?? "", 10) !== number)
    throw new KeyFileError(file, written?.line ?? 1, `its algorithm is not ${number}`);
  const kind = keyAlgorithm(number)?.kind ?? { type: "RSA" };
  const key = { ...publicJwk(dnskey), ...privateFields(kind, fields, file) };
  try {
    return createPrivateKey({ key, format: "jwk" });
  } catch {
    // What OpenSSL says of it might say something of the key.
    throw new KeyFileError(file, 1, "the values are not those of a private key");
  }
}

function fieldsOf(text: string, file: string): Fields {
  const fields = new Map<string, { value: string; line: number }>();
  text.split("\n").forEach((written, i) => {
    const line = written.trim();
    if (line === "" || line.startsWith(";")) return;
    const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw new KeyFileError(file, i + 1, 'expected "Field: value"');
    fields.set(name.toLowerCase(), { value, line: i + 1 });
  });
  return fields;
}

function privateFields(kind: KeyKind, fields: Fields, file: string): JsonWebKey {
  if (kind.type !== "RSA") {
    const octets = octetsOf("PrivateKey", fields, file);
    const { length } = octets;
    if (length > kind.octets) {
      const line = fields.get("privatekey")?.line ?? 1;
      throw new KeyFileError(file, line, `PrivateKey has ${length} octets, not ${kind.octets}`);
    }
    // Zeros in front may have been left out.
    return { d: base64Url(Buffer.concat([Buffer.alloc(kind.octets - length), octets])) };
  }
  const jwk: JsonWebKey = {};
  for (const [name, member] of Object.entries(RSA_FIELDS))
    jwk[member] = base64Url(octetsOf(name, fields, file));
  return jwk;
}

function octetsOf(name: string, fields: Fields, file: string): Buffer {
  const field = fields.get(name.toLowerCase());
  // A key in a hardware module has the name of its place instead.
  if (!field) throw new KeyFileError(file, 1, `there is no ${name}`);
  if (!/^[\w+/]+={0,2}$/.test(field.value))
    throw new KeyFileError(file, field.line, `${name} is not in base64`);
  return Buffer.from(field.value, "base64");
}
