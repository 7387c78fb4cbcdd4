import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { MAX_LABEL_OCTETS, MAX_NAME_OCTETS, Name } from "../../dns/name.ts";
import { NSEC } from "../../dns/rdata/nsec.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";

/** What a name is, as far as its denials tell. */
export type NameKind = "apex" | "cut" | "other";

/**
 * Those in use that a name may have beside others. Resolvers deny by this list what they are not told of otherwise (RFC 8198), so
 * none should be missing. CNAME, DNAME, NS and DS say more of a name than that it has them.
 */
const DATA_TYPES: readonly number[] = [
  RrType.A,
  RrType.HINFO,
  RrType.MX,
  RrType.TXT,
  RrType.RP,
  RrType.AFSDB,
  RrType.PTR,
  RrType.AAAA,
  RrType.LOC,
  RrType.SRV,
  RrType.NAPTR,
  RrType.KX,
  RrType.CERT,
  RrType.APL,
  RrType.SSHFP,
  RrType.IPSECKEY,
  RrType.RRSIG,
  RrType.NSEC,
  RrType.DHCID,
  RrType.TLSA,
  RrType.SMIMEA,
  RrType.HIP,
  RrType.CDS,
  RrType.CDNSKEY,
  RrType.OPENPGPKEY,
  RrType.CSYNC,
  RrType.ZONEMD,
  RrType.SVCB,
  RrType.HTTPS,
  RrType.SPF,
  RrType.NID,
  RrType.L32,
  RrType.L64,
  RrType.LP,
  RrType.EUI48,
  RrType.EUI64,
  RrType.URI,
  RrType.CAA,
];

const TYPES: Readonly<Record<NameKind, readonly number[]>> = {
  apex: [...DATA_TYPES, RrType.NS, RrType.SOA, RrType.DNSKEY],
  cut: [RrType.NS, RrType.RRSIG, RrType.NSEC],
  other: DATA_TYPES,
};

/** Those that are at each name which has a proof. */
const PROOF: ReadonlySet<number> = new Set([RrType.RRSIG, RrType.NSEC]);

/**
 * The record that denies a type of a name, be the name there or not ("black lies"): it claims that the name has all types that it could have
 * but this one, and that nothing lies between the name and the next possible one.
 */
export function blackLie(
  owner: Name,
  kind: NameKind,
  denied: number,
  ttlSeconds: number,
): ResourceRecord {
  const types = TYPES[kind].filter((type) => type !== denied || PROOF.has(type));
  const next = kind === "cut" ? afterSubdomains(owner) : nextName(owner);
  const rdata = NSEC.encode({ next, types });
  return new ResourceRecord(owner, RrType.NSEC, RrClass.IN, ttlSeconds, rdata);
}

/** The very next name in canonical order (RFC 4471 §3.1.2): below it, if there is room for that. */
export function nextName({ key }: Name): Name {
  const prefixed = `\u0001\0${key}`;
  return prefixed.length <= MAX_NAME_OCTETS ? Name.fromWire(prefixed, prefixed) : grown(key);
}

/** The next name that is not below this one. */
function afterSubdomains({ key }: Name): Name {
  return grown(key);
}

/** With an octet of zero more in its first label, or one octet higher. */
function grown(key: string): Name {
  const octets = key.charCodeAt(0);
  if (octets === 0) return Name.root;
  const label = key.slice(1, octets + 1);
  const rest = key.slice(octets + 1);
  if (octets < MAX_LABEL_OCTETS && key.length < MAX_NAME_OCTETS) return joined(`${label}\0`, rest);
  const kept = label.replace(/\u00ff+$/, "");
  // Nothing comes behind it that is beside it.
  if (kept === "") return grown(rest);
  return joined(kept.slice(0, -1) + higher(kept.charCodeAt(kept.length - 1)), rest);
}

/** Capitals are the same as small letters, and come behind them nowhere. */
function higher(octet: number): string {
  return octet === 0x40 ? "[" : String.fromCharCode(octet + 1);
}

function joined(label: string, rest: string): Name {
  const key = String.fromCharCode(label.length) + label + rest;
  return Name.fromWire(key, key);
}
