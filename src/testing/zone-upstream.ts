import { Flag } from "../dns/header.ts";
import { Rcode } from "../dns/iana/rcode.ts";
import { RrType, formatRrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import { parseZoneText } from "../zone/file/zone-text.ts";
import type { Client } from "../transport/client.ts";
import { encodeReply } from "../server/pipeline/encode-reply.ts";
import type { Query } from "../server/contract/query.ts";
import { readQuery } from "../server/contract/query.ts";
import { Reply } from "../server/contract/reply.ts";
import { listenBoth } from "../transport/listen-both.ts";
import { records } from "./query.ts";
import { lookUp } from "../zone/lookup.ts";
import { ZoneData } from "../zone/zone-data.ts";

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
  const zone = new UpstreamZone(text, Name.parse(origin));
  const questions: string[] = [];
  const receive = (packet: Buffer, client: Client): void => {
    const received = readQuery(packet, client);
    if (!received) return client.drop();
    const { query, rcode } = received;
    questions.push(`${client.transport} ${query.qname.toString()} ${formatRrType(query.qtype)}`);
    const reply = rcode === Rcode.NOERROR ? zone.reply(query) : new Reply(rcode);
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

/** What a zone says, with the TTLs that its text has, be they several in an RRset: upstreams do such things. */
class UpstreamZone {
  readonly #records: readonly ResourceRecord[];
  readonly #data: ZoneData;

  /** Its origin is the owner of the SOA record, wherever relative names belong. */
  constructor(text: string, origin: Name) {
    this.#records = parseZoneText(text, { origin, file: "zone" });
    const soa = this.#records.find(({ type }) => type === RrType.SOA);
    this.#data = new ZoneData(soa?.owner ?? origin);
    for (const record of this.#records) this.#data.add(record);
  }

  reply(query: Query): Reply {
    if (!query.qname.isWithin(this.#data.origin)) return outside();
    const found = lookUp(this.#data, query);
    const reply = new Reply(found.rcode, found.isAuthoritative ? Flag.AA : 0);
    reply.answer = found.answer.map((record) => this.#asWritten(record));
    reply.authority = found.authority;
    reply.additional = found.additional;
    return reply;
  }

  #asWritten(record: ResourceRecord): ResourceRecord {
    const written = this.#records.find(({ type, rdata }) => {
      return type === record.type && rdata.equals(record.rdata);
    });
    return record.withTtl(written?.ttlSeconds ?? record.ttlSeconds);
  }
}

function outside(): Reply {
  const reply = new Reply(Rcode.NXDOMAIN, Flag.AA);
  reply.authority = ROOT_SOA ? [ROOT_SOA] : [];
  return reply;
}

function throwTrouble(message: string): never {
  throw new Error(message);
}
