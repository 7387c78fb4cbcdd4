import { RrClass } from "../../../dns/iana/rr-class.ts";
import { RrType } from "../../../dns/iana/rr-type.ts";
import type { Name } from "../../../dns/name.ts";
import { formatIpv6, parseIpv4, parseIpv6 } from "../../../dns/rdata/ip-address.ts";
import { ResourceRecord } from "../../../dns/resource-record.ts";

const MAPPED = "::ffff:";
const DOT = 0x2e;
const DIGIT_0 = 0x30;

/**
 * An address in its one textual form: dotted decimal, or RFC 5952. An IPv4-mapped one is the
 * IPv4 address that it stands for. Undefined for any other text.
 */
export function canonicalAddress(text: string): string | undefined {
  if (!text.includes(":")) return parseIpv4(text) && text;
  const octets = parseIpv6(text);
  if (!octets) return undefined;
  const canonical = formatIpv6(octets);
  return canonical.startsWith(MAPPED) && canonical.includes(".")
    ? canonical.slice(MAPPED.length)
    : canonical;
}

export function isIpv6(address: string): boolean {
  return address.includes(":");
}

/** The A or AAAA record of a canonical address. */
export function addressRecord(owner: Name, ttlSeconds: number, address: string): ResourceRecord {
  const type = isIpv6(address) ? RrType.AAAA : RrType.A;
  const rdata = type === RrType.A ? ipv4Octets(address) : parseIpv6(address);
  if (!rdata) throw new TypeError(`Cannot make record: "${address}" is no address`);
  return new ResourceRecord(owner, type, RrClass.IN, ttlSeconds, rdata);
}

/** Of canonical text, which needs no checking: records are made by the thousand. */
function ipv4Octets(address: string): Buffer {
  const octets = Buffer.allocUnsafe(4);
  let octet = 0;
  let count = 0;
  for (let at = 0; at < address.length; at++) {
    const code = address.charCodeAt(at);
    if (code === DOT) {
      octets[count++] = octet;
      octet = 0;
    } else octet = octet * 10 + code - DIGIT_0;
  }
  octets[count] = octet;
  return octets;
}

/** `192.0.2.1` as `192-0-2-1`, `2001:db8::1` as `2001-db8--1`. */
export function dashedAddress(address: string): string {
  return address.replaceAll(address.includes(":") ? ":" : ".", "-");
}

/** The address that a pod's name stands for, as text; undefined if it stands for none. */
export function addressOfDashed(label: string): string | undefined {
  const isIpv4 = !label.includes("--") && label.split("-").length === 4;
  return canonicalAddress(label.replaceAll("-", isIpv4 ? "." : ":"));
}
