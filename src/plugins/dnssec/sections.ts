import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { RRSIG } from "../../dns/rdata/rrsig.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Reply } from "../../server/contract/reply.ts";
import type { Signatures, UnsignedRrset } from "./signatures.ts";

export type Section = "answer" | "authority" | "additional";

/** How the RRsets of a reply are signed. */
export interface Signing {
  /** The zone that signs an RRset; undefined if none does. @param record the first */
  signerOf(record: ResourceRecord, section: Section): Name | undefined;
  /** Whether there is such a key. */
  knows(tag: number, algorithm: number): boolean;
  signaturesOf(rrset: UnsignedRrset): Signatures | Promise<Signatures>;
}

type Records = readonly [ResourceRecord, ...ResourceRecord[]];

/** Records that stay together, and the signatures that come behind them. */
interface Part {
  readonly records: readonly ResourceRecord[];
  readonly signatures: Signatures | Promise<Signatures>;
}

const NONE: Signatures = [];
const SECTIONS: readonly Section[] = ["answer", "authority", "additional"];

/**
 * Puts the signatures behind the RRsets of a reply; its sections are replaced.
 * @returns a promise if some have to be made
 */
export function signSections(reply: Reply, signing: Signing): Reply | Promise<Reply> {
  const parts = SECTIONS.map((section) => partsOf(reply, section, signing));
  const isWaiting = parts.flat().some(({ signatures }) => signatures instanceof Promise);
  if (!isWaiting) return withParts(reply, parts);
  return Promise.all(parts.map(settled)).then((all) => withParts(reply, all));
}

function withParts(reply: Reply, parts: readonly (readonly Part[])[]): Reply {
  SECTIONS.forEach((section, i) => {
    reply[section] = (parts[i] ?? []).flatMap(({ records, signatures }) =>
      signatures instanceof Promise ? records : [...records, ...signatures],
    );
  });
  return reply;
}

function settled(parts: readonly Part[]): Promise<Part[]> {
  return Promise.all(
    parts.map(async ({ records, signatures }) => ({ records, signatures: await signatures })),
  );
}

function partsOf(reply: Reply, section: Section, signing: Signing): Part[] {
  const all = reply[section];
  return rrsetsOf(all).map((records) => {
    const [first] = records;
    const signer = isNeverSigned(first, all) ? undefined : signing.signerOf(first, section);
    const isLeft = !signer || isSigned(first, signer, all, signing);
    return { records, signatures: isLeft ? NONE : signing.signaturesOf({ records, signer }) };
  });
}

/** Records of one owner and type together, in the order of the first of each. */
function rrsetsOf(section: readonly ResourceRecord[]): readonly Records[] {
  const rrsets = new Map<string, [ResourceRecord, ...ResourceRecord[]]>();
  for (const record of section) {
    const key = `${record.type} ${record.owner.key}`;
    const known = rrsets.get(key);
    if (known) known.push(record);
    else rrsets.set(key, [record]);
  }
  return [...rrsets.values()];
}

/** Signatures themselves, what is no data, and an alias that a DNAME record implies (RFC 6672 §5.3.1). */
function isNeverSigned(
  { type, owner }: ResourceRecord,
  section: readonly ResourceRecord[],
): boolean {
  if (type === RrType.RRSIG || type === RrType.OPT || type === RrType.TSIG) return true;
  if (type !== RrType.CNAME) return false;
  return section.some(
    (other) =>
      other.type === RrType.DNAME && owner.isWithin(other.owner) && !owner.equals(other.owner),
  );
}

/** Whether a key of ours has signed it already, as where an alias led through this server once more. */
function isSigned(
  { owner, type }: ResourceRecord,
  signer: Name,
  section: readonly ResourceRecord[],
  signing: Signing,
): boolean {
  return section.some((record) => {
    if (record.type !== RrType.RRSIG || !record.owner.equals(owner)) return false;
    const signature = RRSIG.decode(record.rdata);
    if (signature?.typeCovered !== type || !signature.signer.equals(signer)) return false;
    return signing.knows(signature.keyTag, signature.algorithm);
  });
}
