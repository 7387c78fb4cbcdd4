import { Flag } from "../dns/header.ts";
import { Rcode } from "../dns/iana/rcode.ts";
import { formatRrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import { parseZoneFile } from "../dns/zone-file.ts";
import type { Client } from "../transport/client.ts";
import { encodeReply } from "../server/pipeline/encode-reply.ts";
import type { Query } from "../server/contract/query.ts";
import { readQuery } from "../server/contract/query.ts";
import { Reply } from "../server/contract/reply.ts";
import { listenBoth } from "../transport/listen-both.ts";
import { records } from "./query.ts";
import { TestZone } from "./zone.ts";

const ADDRESS = "127.0.0.1";
const [ROOT_SOA] = records(". 60 IN SOA a.root.invalid. nstld.invalid. 1 1800 900 604800 86400");

export interface ZoneUpstream {
  /** `127.0.0.1:12345`, for UDP and TCP. */
  readonly address: string;
  readonly port: number;
  /** Questions received, oldest first: `udp db.example.net. A`. */
  readonly questions: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a DNS server that serves one zone, and says NXDOMAIN to every name outside of it.
 * @param text the zone as a zone file
 */
export async function startZoneUpstream(text: string, origin = "."): Promise<ZoneUpstream> {
  const zone = new TestZone(parseZoneFile(text, { origin: Name.parse(origin), file: "zone" }));
  const questions: string[] = [];
  const receive = (packet: Buffer, client: Client): void => {
    const received = readQuery(packet, client);
    if (!received) return client.drop();
    const { query, rcode } = received;
    questions.push(`${client.transport} ${query.qname.toString()} ${formatRrType(query.qtype)}`);
    const reply = rcode === Rcode.NOERROR ? answer(zone, query) : new Reply(rcode);
    client.send(encodeReply(query, reply));
  };
  const options = { address: ADDRESS, port: 0, receive, onTrouble: throwTrouble };
  const [udp, tcp] = await listenBoth(options);
  return {
    address: `${ADDRESS}:${udp.port}`,
    port: udp.port,
    questions,
    close: async () => {
      await Promise.all([udp.close(), tcp.close()]);
    },
  };
}

function answer(zone: TestZone, query: Query): Reply {
  if (query.qname.isWithin(zone.origin)) return zone.reply(query.qname, query.qtype);
  const reply = new Reply(Rcode.NXDOMAIN, Flag.AA);
  reply.authority = ROOT_SOA ? [ROOT_SOA] : [];
  return reply;
}

function throwTrouble(message: string): never {
  throw new Error(message);
}
