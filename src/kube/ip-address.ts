import ipaddr from "ipaddr.js";

export type IpFamily = "IPv4" | "IPv6";

export interface IpAddress {
  readonly family: IpFamily;
  /** Canonical: RFC 5952 for IPv6. */
  readonly text: string;
}

/**
 * Reads an address as the API server does: four decimal octets without leading zeros, or IPv6
 * without a zone. An IPv4-mapped IPv6 address is the IPv4 address.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return { family: "IPv4", text };
  if (text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress()
    ? { family: "IPv4", text: address.toIPv4Address().toString() }
    : { family: "IPv6", text: address.toString() };
}

/** The family of an address in canonical text. */
export function familyOf(text: string): IpFamily {
  return text.includes(":") ? "IPv6" : "IPv4";
}
