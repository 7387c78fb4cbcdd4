import { open } from "node:fs/promises";
import { join } from "node:path";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { RRSIG } from "../../dns/rdata/rrsig.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import type { SigningKey } from "../../zone/dnssec/signing-key.ts";
import { parseZoneText } from "../../zone/file/zone-text.ts";
import type { SignatureTimes } from "./signature-times.ts";

/** SOA record, keys and their signatures stand in front: room for forty of the longest keys. */
const HEAD_OCTETS = 65_536;

/** What the beginning of a signed file tells. */
export interface SignedHead extends SignatureTimes {
  readonly serial: number;
  /** RDATA of its DNSKEY records. */
  readonly keys: readonly Buffer[];
  /** When it was made. */
  readonly madeAtMs: number;
}

/** A zone's name in that of a file, as BIND has it for keys: `0/25.2.0.192.in-addr.arpa` (RFC 2317 §4) is no folder. */
export function fileNameOf({ key }: Name): string {
  return Name.fromWire(key, key)
    .toString()
    .replaceAll(/[^\w.-]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Where the signed file of a zone is: `db.example.org.signed`, as CoreDNS has it. */
export function signedPath(directory: string, origin: Name): string {
  return join(directory, `db.${fileNameOf(origin)}signed`);
}

/** @throws {Error} if there is none, or it does not begin as signed files do */
export async function readSignedHead(path: string): Promise<SignedHead> {
  const file = await open(path);
  try {
    const { mtimeMs } = await file.stat();
    const buffer = Buffer.alloc(HEAD_OCTETS);
    const { bytesRead } = await file.read(buffer, 0, HEAD_OCTETS, 0);
    const text = buffer.toString("latin1", 0, bytesRead);
    return headIn(text.slice(0, text.lastIndexOf("\n")), path, mtimeMs);
  } finally {
    await file.close();
  }
}

function headIn(text: string, file: string, madeAtMs: number): SignedHead {
  const records = parseZoneText(text, { file });
  const rdata = (type: number): Buffer[] =>
    records.filter((record) => record.type === type).map((record) => record.rdata);
  const signatures = rdata(RrType.RRSIG)
    .map((one) => RRSIG.decode(one))
    .filter((one) => one?.typeCovered === RrType.SOA);
  const [soa] = rdata(RrType.SOA).map((one) => SOA.decode(one));
  if (!soa || signatures.length === 0) throw new Error("it has no signed SOA record in front");
  return {
    serial: soa.serial,
    inception: Math.max(...signatures.map((one) => one?.inception ?? Infinity)),
    expiration: Math.min(...signatures.map((one) => one?.expiration ?? 0)),
    keys: rdata(RrType.DNSKEY),
    madeAtMs,
  };
}

/** Whether it was made with these keys, and no others. */
export function hasKeys(head: SignedHead, keys: readonly SigningKey[]): boolean {
  return (
    head.keys.length === keys.length &&
    keys.every((key) => head.keys.some((rdata) => rdata.equals(key.rdata)))
  );
}
