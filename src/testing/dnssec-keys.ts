import type { JsonWebKey, KeyObject } from "node:crypto";
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DNSKEY } from "../dns/rdata/dnskey.ts";
import { formatRdata } from "../dns/rdata/rdata.ts";
import { keyTag } from "../zone/dnssec/public-key.ts";

export interface TestKeyOptions {
  /** `example.org.` by default. */
  readonly owner?: string;
  /** ECDSAP256SHA256 by default. */
  readonly algorithm?: number;
  /** 257 for a key-signing key; 256 by default. */
  readonly flags?: number;
  /** What a test wants to be wrong with one of the files. */
  readonly change?: {
    readonly extension: string;
    readonly by: (text: string) => string;
  };
}

const ZONE_KEY = 256;
const DNSSEC = 3;
const ECDSAP256SHA256 = 13;

/** Makes a key and its two files, as `dnssec-keygen` does. @returns what their names have in common */
export async function writeKeyFiles(folder: string, options: TestKeyOptions = {}): Promise<string> {
  const { name, ...texts } = makeKeyTexts(options);
  const base = join(folder, name);
  for (const [extension, text] of Object.entries(texts)) {
    const { change } = options;
    const written = change?.extension === extension ? change.by(text) : text;
    await writeFile(`${base}.${extension}`, written);
  }
  return base;
}

/** What is in the two files of a new key, and what their names have in common. */
export function makeKeyTexts(options: TestKeyOptions = {}): {
  readonly name: string;
  readonly key: string;
  readonly private: string;
} {
  const { owner = "example.org.", algorithm = ECDSAP256SHA256, flags = ZONE_KEY } = options;
  const jwk = makeKey(algorithm).export({ format: "jwk" });
  const rdata = DNSKEY.encode({ flags, protocol: DNSSEC, algorithm, publicKey: publicOctets(jwk) });
  const number = String(algorithm).padStart(3, "0");
  return {
    name: `K${owner}+${number}+${String(keyTag(rdata)).padStart(5, "0")}`,
    key: `${owner} IN DNSKEY ${formatRdata(48, rdata)}\n`,
    private: `Private-key-format: v1.3\nAlgorithm: ${algorithm} (any)\n${privateLines(jwk)}\n`,
  };
}

function makeKey(algorithm: number): KeyObject {
  switch (algorithm) {
    case 13:
      return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    case 14:
      return generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
    case 15:
      return generateKeyPairSync("ed25519").privateKey;
    case 16:
      return generateKeyPairSync("ed448").privateKey;
    default:
      // Short, as no test minds.
      return generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  }
}

function publicOctets({ kty, e, n, x, y }: JsonWebKey): Buffer {
  if (kty !== "RSA") return Buffer.concat([octets(x), octets(y)]);
  return Buffer.concat([Buffer.of(octets(e).length), octets(e), octets(n)]);
}

function privateLines(jwk: JsonWebKey): string {
  const line = (name: string, value: string | undefined): string =>
    `${name}: ${octets(value).toString("base64")}`;
  if (jwk.kty !== "RSA") return line("PrivateKey", jwk.d);
  return [
    line("Modulus", jwk.n),
    line("PublicExponent", jwk.e),
    line("PrivateExponent", jwk.d),
    line("Prime1", jwk.p),
    line("Prime2", jwk.q),
    line("Exponent1", jwk.dp),
    line("Exponent2", jwk.dq),
    line("Coefficient", jwk.qi),
  ].join("\n");
}

function octets(text: string | undefined): Buffer {
  return Buffer.from(text ?? "", "base64url");
}
