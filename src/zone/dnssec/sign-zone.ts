import { setImmediate } from "node:timers/promises";
import { RrType } from "../../dns/iana/rr-type.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { ZoneData } from "../zone-data.ts";
import { recordsOf } from "../zone-data.ts";
import type { SignatureTerms } from "./rrset-signature.ts";
import { signRrsetAside } from "./rrset-signature.ts";
import type { RrsetToSign } from "./rrsets-to-sign.ts";
import { RrsetsToSign } from "./rrsets-to-sign.ts";
import type { SigningKey } from "./signing-key.ts";
import { divideKeys } from "./zone-keys.ts";

/** How a zone is to be signed. */
export interface ZoneTerms extends Omit<SignatureTerms, "signer"> {
  /** At least one. */
  readonly keys: readonly SigningKey[];
  /** For the SOA record. */
  readonly serial: number;
}

/** Signatures between two looks at what else there is to do: to prepare and to write one takes a tenth of a millisecond. */
const SLICE_SIGNATURES = 8;
/** The same for names that are put in order. */
const SLICE_NAMES = 250;

/**
 * The records of a zone with keys, NSEC records and signatures of all that is its own (RFC 4035 §2), a slice at a time. DNSSEC records that it
 * had are left out. Other threads do the arithmetic.
 * @throws {RangeError} if there is no SOA record
 */
export async function* signZone(
  data: ZoneData,
  { keys, serial, inception, expiration }: ZoneTerms,
): AsyncGenerator<readonly ResourceRecord[], void> {
  const terms = { signer: data.origin, inception, expiration };
  const rrsets = new RrsetsToSign(soaOf(data, serial), divideKeys(keys));
  const sorting = data.freeze().sortedOwners();
  let sorted = sorting.next();
  for (let count = 1; sorted.done !== true; count++) {
    if (count % SLICE_NAMES === 0) await setImmediate();
    sorted = sorting.next();
  }
  let pending: Promise<readonly ResourceRecord[]> | undefined;
  for (const slice of slicesOf(rrsets.of(sorted.value))) {
    // While these are signed, the last ones are written.
    const next = signSlice(slice, terms);
    next.catch(() => {});
    if (pending) yield await pending;
    pending = next;
  }
  if (pending) yield await pending;
}

function* slicesOf(rrsets: Iterable<RrsetToSign>): Generator<readonly RrsetToSign[], void> {
  let slice: RrsetToSign[] = [];
  let signatures = 0;
  for (const rrset of rrsets) {
    slice.push(rrset);
    signatures += rrset.keys.length;
    if (signatures < SLICE_SIGNATURES && slice.length < 2 * SLICE_SIGNATURES) continue;
    yield slice;
    slice = [];
    signatures = 0;
  }
  yield slice;
}

async function signSlice(
  slice: readonly RrsetToSign[],
  terms: SignatureTerms,
): Promise<readonly ResourceRecord[]> {
  const signed = slice.map(async ({ records, keys }) => {
    if (keys.length === 0) return records;
    const signatures = keys.map((key) => signRrsetAside(key, records, terms));
    return [...records, ...(await Promise.all(signatures))];
  });
  return (await Promise.all(signed)).flat();
}

function soaOf({ origin, apex }: ZoneData, serial: number): ResourceRecord {
  const rrset = apex.rrset(RrType.SOA);
  const [record] = rrset ? recordsOf(origin, rrset) : [];
  const soa = record && SOA.decode(record.rdata);
  if (!soa) throw new RangeError(`Cannot sign zone "${origin.toString()}": no SOA record`);
  const rdata = SOA.encode({ ...soa, serial });
  return new ResourceRecord(record.owner, record.type, record.class, record.ttlSeconds, rdata);
}
