import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { parseIpv4, parseIpv6 } from "../../dns/rdata/ip-address.ts";

/** An address as the RDATA it becomes. */
export interface HostAddress {
  readonly type: typeof RrType.A | typeof RrType.AAAA;
  readonly rdata: Buffer;
}

/** `::ffff:192.0.2.1` is an IPv4 address (RFC 4291 §2.5.5.2). */
const IPV4_MAPPED = Buffer.from("00000000000000000000ffff", "hex");

/** An IPv4 or IPv6 address, `%zone` left out; undefined for any other text. */
export function parseHostAddress(text: string): HostAddress | undefined {
  const [address = ""] = text.split("%", 1);
  const ipv4 = parseIpv4(address);
  if (ipv4) return { type: RrType.A, rdata: ipv4 };
  const ipv6 = parseIpv6(address);
  if (!ipv6) return undefined;
  const isMapped = ipv6.subarray(0, 12).equals(IPV4_MAPPED);
  if (isMapped) return { type: RrType.A, rdata: ipv6.subarray(12) };
  return { type: RrType.AAAA, rdata: ipv6 };
}

const WORDS = /[^ \t\v\f\r]+/g;

/** One line of a hosts file. */
export interface HostLine {
  readonly address: string;
  readonly names: readonly Name[];
}

/** Reads `ADDRESS NAME... # comment`; a line or name that makes no sense is left out. */
export function parseHostLine(line: string): HostLine | undefined {
  const comment = line.indexOf("#");
  const content = comment < 0 ? line : line.slice(0, comment);
  const words = content.match(WORDS);
  if (!words || words.length < 2) return undefined;
  const names: Name[] = [];
  for (let i = 1; i < words.length; i++) {
    const name = Name.tryParse(words[i] as string);
    if (name) names.push(name);
  }
  return { address: words[0], names };
}
