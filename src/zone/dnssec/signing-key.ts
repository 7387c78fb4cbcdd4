import type { KeyObject } from "node:crypto";
import { sign, verify } from "node:crypto";
import { open } from "node:fs/promises";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { parseRecord } from "../../dns/presentation.ts";
import { DNSKEY } from "../../dns/rdata/dnskey.ts";
import { TokenError } from "../../dns/tokenizer.ts";
import { keyAlgorithm } from "./algorithms.ts";
import { KeyFileError } from "./key-file-error.ts";
import { privateKeyIn } from "./private-key-file.ts";
import { KeyFlag, keyTag, publicKey } from "./public-key.ts";

/** A key of a zone, both halves. */
export interface SigningKey {
  /** The zone that it was made for. It may sign others as well. */
  readonly owner: Name;
  readonly flags: number;
  readonly algorithm: number;
  /** RFC 4034 appendix B. */
  readonly tag: number;
  /** Whether it is a key that a DS record points at (RFC 4034 §2.1.1): a KSK. */
  readonly isSep: boolean;
  /** RDATA of its DNSKEY record. */
  readonly rdata: Buffer;
  readonly privateKey: KeyObject;
}

/** Far more than the longest key. */
const MAX_FILE_OCTETS = 65_536;
const DEFAULT_TTL_SECONDS = 3600;

/** The two files of a key, by either of them or by what their names have in common: `Kexample.org.+013+45330`. */
export function keyFilesOf(path: string): { readonly public: string; readonly private: string } {
  const base = path.replace(/\.(?:key|private)$/, "");
  return { public: `${base}.key`, private: `${base}.private` };
}

/**
 * Reads a key from two files as `dnssec-keygen` writes them.
 * @param path of one of them, or what their names have in common
 * @throws {KeyFileError} if they are no key, or not one that may sign, with file and line
 * @throws {Error} if a file cannot be read
 */
export async function readSigningKey(path: string): Promise<SigningKey> {
  const files = keyFilesOf(path);
  const { record, line } = publicRecordIn(await readText(files.public), files.public);
  const { owner, rdata } = record;
  const refuse = (message: string): KeyFileError => new KeyFileError(files.public, line, message);
  const dnskey = DNSKEY.decode(rdata);
  const algorithm = dnskey && keyAlgorithm(dnskey.algorithm);
  if (!algorithm) throw refuse(`algorithm ${dnskey?.algorithm ?? ""} is not one for signing`);
  if (!algorithm.maySign)
    throw refuse(`${algorithm.mnemonic} is not for signing any more (RFC 9905)`);
  if ((dnskey.flags & KeyFlag.ZONE) === 0) throw refuse("it is not the key of a zone");
  if ((dnskey.flags & KeyFlag.REVOKED) !== 0) throw refuse("the key is revoked");
  const verifying = publicKey(rdata);
  if (!verifying) throw refuse(`the public key is not one of ${algorithm.mnemonic}`);
  const privateKey = privateKeyIn(await readText(files.private), files.private, rdata);
  if (!isPair(privateKey, verifying, algorithm.digest))
    throw new KeyFileError(files.private, 1, `it is not the private key of "${files.public}"`);
  return {
    owner,
    flags: dnskey.flags,
    algorithm: dnskey.algorithm,
    tag: keyTag(rdata),
    isSep: (dnskey.flags & KeyFlag.SEP) !== 0,
    rdata,
    privateKey,
  };
}

function isPair(privateKey: KeyObject, verifying: KeyObject, digest: string | null): boolean {
  const probe = Buffer.from("probe");
  return verify(digest, probe, verifying, sign(digest, probe, privateKey));
}

/** The one record of the file, and its line. */
function publicRecordIn(
  text: string,
  file: string,
): { readonly record: ReturnType<typeof parseRecord>; readonly line: number } {
  const line = 1 + text.split("\n").findIndex((one) => /^[^;\s]/.test(one));
  if (line === 0) throw new KeyFileError(file, 1, "there is no DNSKEY record");
  try {
    const record = parseRecord(text, { ttlSeconds: DEFAULT_TTL_SECONDS });
    if (record.type === RrType.DNSKEY) return { record, line };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new KeyFileError(file, error instanceof TokenError ? error.line : line, error.message);
  }
  throw new KeyFileError(file, line, "the record is not a DNSKEY record");
}

async function readText(path: string): Promise<string> {
  const file = await open(path);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error(`Cannot read "${path}": it is not a regular file`);
    if (stat.size > MAX_FILE_OCTETS)
      throw new KeyFileError(path, 1, `over ${MAX_FILE_OCTETS} octets are no key`);
    return await file.readFile("latin1");
  } finally {
    await file.close();
  }
}
