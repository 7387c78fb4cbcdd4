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

/** One line of a hosts file. */
export interface HostLine {
  readonly address: string;
  readonly names: readonly Name[];
}

/** Reads `ADDRESS NAME... # comment`; a line or name that makes no sense is left out. */
export function parseHostLine(line: string): HostLine | undefined {
  const [content = ""] = line.split("#", 1);
  const [address, ...names] = content.split(/[ \t\v\f\r]+/).filter((word) => word !== "");
  if (address === undefined || names.length === 0) return undefined;
  const parsed = names.map((name) => Name.tryParse(name));
  return { address, names: parsed.filter((name) => name !== undefined) };
}

/** The name whose PTR records tell who has this address (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseName({ type, rdata }: HostAddress): Name {
  if (type === RrType.A) return Name.parse(`${rdata.toReversed().join(".")}.in-addr.arpa.`);
  const nibbles = Array.from(rdata.toString("hex")).toReversed();
  return Name.parse(`${nibbles.join(".")}.ip6.arpa.`);
}
