import { MAX_MESSAGE_OCTETS } from "../../dns/wire-writer.ts";
import type { Client, TransportName } from "../../transport/client.ts";

/**
 * The client of questions that the server asks itself, as to refresh what it keeps: nobody waits
 * for the reply, and nothing cuts it short.
 */
export function internalClient(transport: TransportName = "tcp"): Client {
  return {
    transport,
    address: "127.0.0.1",
    port: 0,
    localAddress: "127.0.0.1",
    localPort: 0,
    maxReplyOctets: MAX_MESSAGE_OCTETS,
    keepaliveMs: 0,
    send: () => {},
    drop: () => {},
  };
}
