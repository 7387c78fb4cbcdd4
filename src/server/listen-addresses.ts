import { isIP } from "node:net";
import type { NetworkInterfaceInfo } from "node:os";
import { networkInterfaces } from "node:os";
import { formatIpv6, parseIpv6 } from "../dns/rdata/ip-address.ts";

/** Addresses by interface name, as node:os gives them. */
export type Interfaces = Readonly<NodeJS.Dict<readonly NetworkInterfaceInfo[]>>;

/**
 * The addresses to listen on: those of `listenOn` without those of `except`, each once, in
 * order. Both may name interfaces, which stand for all their addresses at this time.
 * @returns none if `listenOn` is empty, which stands for all addresses of the machine
 * @throws {RangeError} if one is neither an address nor an interface, or nothing is left.
 */
export function expandListenAddresses(
  listenOn: readonly string[],
  except: readonly string[],
  interfaces: () => Interfaces = networkInterfaces,
): string[] {
  if (listenOn.length === 0) return [];
  const addresses = new Set(listenOn.flatMap((entry) => expandEntry(entry, interfaces)));
  const left = addresses.difference(
    new Set(except.flatMap((entry) => expandEntry(entry, interfaces))),
  );
  // An empty list would open the server to everybody.
  if (left.size === 0) {
    throw new RangeError(`Cannot listen on "${listenOn.join(" ")}": all addresses are excepted`);
  }
  return [...left];
}

function expandEntry(entry: string, interfaces: () => Interfaces): string[] {
  if (isIP(entry) !== 0) return [canonical(entry)];
  const all = interfaces();
  const addresses = Object.hasOwn(all, entry) ? all[entry] : undefined;
  if (addresses) return addresses.map((address) => scoped(address, entry));
  const known = Object.keys(all).join(" ") || "none";
  throw new RangeError(
    `Cannot listen on "${entry}": neither an IP address nor an interface with one, known are ${known}`,
  );
}

/** Different spellings of one address must not become two listeners. */
function canonical(address: string): string {
  const octets = parseIpv6(address);
  return octets ? formatIpv6(octets) : address;
}

/** A link-local IPv6 address means nothing without its interface (RFC 4007 §11). */
function scoped({ address, family }: NetworkInterfaceInfo, interfaceName: string): string {
  const isLinkLocal = family === "IPv6" && /^fe[89ab]/i.test(address);
  return isLinkLocal && !address.includes("%") ? `${address}%${interfaceName}` : address;
}
