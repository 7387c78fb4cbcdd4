import { isIPv6 } from "node:net";
import { Name } from "../../dns/name.ts";
import { parseIpv6 } from "../../dns/rdata/ip-address.ts";
import { CommandLineError } from "./command-line-error.ts";

/**
 * The name under which an address is found (RFC 1035 §3.5, RFC 3596 §2.5). Of IPv4 the last octets
 * may be missing: 10.96 is the zone 96.10.in-addr.arpa.
 * @throws {CommandLineError} if it is no address
 */
export function reverseNameOf(address: string): Name {
  const octets = address.split(".");
  if (
    octets.length <= 4 &&
    octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256)
  ) {
    return Name.parse(`${octets.toReversed().join(".")}.in-addr.arpa.`);
  }
  const ipv6 = isIPv6(address) ? parseIpv6(address) : undefined;
  if (!ipv6) throw new CommandLineError(`Cannot query -x "${address}": not an address`);
  return Name.parse(`${ipv6.toString("hex").split("").toReversed().join(".")}.ip6.arpa.`);
}
