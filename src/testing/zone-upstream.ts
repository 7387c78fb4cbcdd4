import { Flag } from "../dns/header.ts";
import { Rcode } from "../dns/iana/rcode.ts";
import { RrType, formatRrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
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
  const zone = zoneOf(text, Name.parse(origin));
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

/** Its origin is the owner of the SOA record, wherever relative names belong. */
function zoneOf(text: string, origin: Name): ZoneData {
  const all = parseZoneText(text, { origin, file: "zone" });
  const zone = new ZoneData(all.find(({ type }) => type === RrType.SOA)?.owner ?? origin);
  for (const record of all) zone.add(record);
  return zone;
}

function answer(zone: ZoneData, query: Query): Reply {
  const isWithin = query.qname.isWithin(zone.origin);
  const found = isWithin ? lookUp(zone, query) : undefined;
  const isReferral = found && !found.isAuthoritative;
  const reply = new Reply(found?.rcode ?? Rcode.NXDOMAIN, isReferral ? 0 : Flag.AA);
  if (found)
    Object.assign(reply, {
      answer: found.answer,
      authority: found.authority,
      additional: found.additional,
    });
  else reply.authority = ROOT_SOA ? [ROOT_SOA] : [];
  return reply;
}

function throwTrouble(message: string): never {
  throw new Error(message);
}
