import { encode } from "dns-packet";
import type { Client } from "../../../src/transport/client.ts";
import type { Query } from "../../../src/server/contract/query.ts";
import { readQuery } from "../../../src/server/contract/query.ts";

/** A client over UDP that takes replies and does nothing with them. */
export const client: Client = {
  transport: "udp",
  address: "127.0.0.1",
  port: 40_000,
  localAddress: "127.0.0.1",
  localPort: 53,
  maxReplyOctets: 1232,
  keepaliveMs: 0,
  send: () => {},
  drop: () => {},
};

/** A question for A records as pods send it, with EDNS or without. */
export function encodeQuery(qname: string, id: number, edns = false): Buffer {
  const opt = { type: "OPT", name: ".", udpPayloadSize: 1232, flags: 0, options: [] } as const;
  return encode({
    type: "query",
    id: id & 0xffff,
    flags: 0x100,
    questions: [{ type: "A", name: qname }],
    // The types of dns-packet want fields that its encoder does not read.
    ...(edns ? { additionals: [opt as never] } : {}),
  });
}

/** The query that the packet is; one that cannot be read is the bench's fault. */
export function mustRead(packet: Buffer): Query {
  const received = readQuery(packet, client);
  if (!received || received.rcode !== 0) throw new TypeError("Cannot read query: it is malformed");
  return received.query;
}
