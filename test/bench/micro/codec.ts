import { Rcode } from "../../../src/dns/iana/rcode.ts";
import { parseMessage } from "../../../src/dns/message.ts";
import { encodeReply } from "../../../src/server/pipeline/encode-reply.ts";
import type { Query } from "../../../src/server/contract/query.ts";
import { Reply } from "../../../src/server/contract/reply.ts";
import { records } from "../../../src/testing/query.ts";
import type { Suite } from "./benchmark.ts";
import { forEach } from "./benchmark.ts";
import { encodeQuery, mustRead } from "./packets.ts";

const NAMES = 1000;
const SOA =
  "cluster.local. 30 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 30";

/** Packets to queries, replies to packets, an upstream's packets to messages. */
export function openCodec(): Suite {
  const qnames = Array.from(
    { length: NAMES },
    (_, index) => `service-${index}.team-${index % 10}.svc.cluster.local`,
  );
  const plain = qnames.map((qname, index) => encodeQuery(qname, index));
  const withEdns = qnames.map((qname, index) => encodeQuery(qname, index, true));
  const queries = plain.map(mustRead);
  const found = pairWithReplies(queries, (query) => address(query));
  const absent = pairWithReplies(withEdns.map(mustRead), () => nxdomain());
  const packets = found.map(([query, reply]) => Buffer.from(encodeReply(query, reply)));
  return {
    benchmarks: [
      forEach("codec: read query", plain, mustRead),
      forEach("codec: read query with EDNS", withEdns, mustRead),
      forEach("codec: encode reply, one A", found, ([query, reply]) => encodeReply(query, reply)),
      forEach("codec: encode reply, NXDOMAIN, EDNS", absent, ([query, reply]) =>
        encodeReply(query, reply),
      ),
      forEach("codec: read reply of an upstream", packets, parseMessage),
    ],
    close: () => {},
  };
}

function pairWithReplies(
  queries: readonly Query[],
  reply: (query: Query) => Reply,
): [Query, Reply][] {
  return queries.map((query) => [query, reply(query)]);
}

function address({ qname }: Query): Reply {
  return Reply.authoritative(records(`${qname} 30 IN A 10.96.0.1`));
}

function nxdomain(): Reply {
  const reply = new Reply(Rcode.NXDOMAIN);
  reply.authority = records(SOA);
  return reply;
}
