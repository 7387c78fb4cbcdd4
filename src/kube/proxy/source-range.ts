import ipaddr from "ipaddr.js";
import type { IpFamily } from "../ip-address.ts";
import { parseIpAddress } from "../ip-address.ts";

/** A range of clients that a load balancer's address is open to. */
export interface SourceRange {
  readonly family: IpFamily;
  /** Its first address and its length, as kube-proxy writes it. */
  readonly text: string;
  readonly isAll: boolean;
  contains(address: string): boolean;
}

/** Undefined for what is no range: kube-proxy passes over it. */
export function parseSourceRange(written: string): SourceRange | undefined {
  const text = written.trim();
  const [address = "", length = ""] = text.split("/");
  const parsed = parseIpAddress(address);
  const most = parsed?.family === "IPv4" ? 32 : 128;
  if (!parsed || !/^\d{1,3}$/.test(length) || Number(length) > most) return undefined;
  const isIpv4 = parsed.family === "IPv4";
  const bits = Number(length);
  const kind = isIpv4 ? ipaddr.IPv4 : ipaddr.IPv6;
  const first = kind.networkAddressFromCIDR(`${parsed.text}/${bits}`);
  return {
    family: parsed.family,
    text: `${first.toString()}/${bits}`,
    isAll: bits === 0,
    contains: (other) => {
      const one = ipaddr.parse(other);
      return one.kind() === first.kind() && one.match(first, bits);
    },
  };
}
