import { canonicalAddress } from "../canonical-address.ts";
import type { ProxiedPort } from "./proxied-port.ts";
import type { ProxySlice, ProxySliceEndpoint } from "./proxy-objects.ts";

/** An address and port that connections may be sent to (pkg/proxy/endpointslicecache.go). */
export interface ProxyEndpoint extends Omit<ProxySliceEndpoint, "addresses"> {
  readonly ip: string;
  readonly port: number;
  /** `10.1.2.3:80`, `[fd00::1]:80` */
  readonly text: string;
}

/** All endpoints of a port in the order in which proxies number them; those of one address and port are one. */
export function endpointsOf(
  slices: readonly ProxySlice[],
  { family, portName, protocol }: ProxiedPort,
): readonly ProxyEndpoint[] {
  const found = new Map<string, ProxyEndpoint>();
  for (const slice of slices) {
    if (slice.addressType !== family) continue;
    for (const port of slice.ports) {
      if (port.name !== portName || port.protocol !== protocol || !port.port) continue;
      for (const { addresses, ...endpoint } of slice.endpoints) {
        const ip = canonicalAddress(addresses[0] ?? "");
        if (ip === undefined) continue;
        const text = hostPort(ip, port.port);
        // A running Pod that got the address of one that ends counts.
        if (found.has(text) && endpoint.isTerminating) continue;
        found.set(text, { ...endpoint, ip, port: port.port, text });
      }
    }
  }
  return [...found.values()].toSorted((a, b) => (a.text < b.text ? -1 : 1));
}

export function hostPort(ip: string, port: number): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}
