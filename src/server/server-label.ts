import { hostPort } from "../net/host-port.ts";

/**
 * The `server` label of CoreDNS's metrics: `dns://:53`, `dns://127.0.0.1:53`, `dns://[::1]:53`.
 * @param address "" for all addresses
 */
export function serverLabel(address: string, port: number): string {
  return `dns://${hostPort(address, port)}`;
}
