import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { A } from "../../dns/rdata/a.ts";
import { AAAA } from "../../dns/rdata/aaaa.ts";
import { SRV } from "../../dns/rdata/srv.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { Query } from "../../server/contract/query.ts";
import { Reply } from "../../server/contract/reply.ts";

/** Tells clients who they are: address, port and transport, in the additional section. */
export function serveWhoami(query: Query): Reply {
  const reply = Reply.authoritative();
  reply.additional = [addressRecord(query), portRecord(query)];
  return reply;
}

function addressRecord({ qname, client }: Query): ResourceRecord {
  const isIpv6 = client.address.includes(":");
  const type = isIpv6 ? RrType.AAAA : RrType.A;
  const rdata = (isIpv6 ? AAAA : A).encode({ address: client.address });
  return new ResourceRecord(qname, type, RrClass.IN, 0, rdata);
}

/** `_udp.<qname> SRV 0 0 <port> .`; without it if that name would be too long. */
function portRecord({ qname, client }: Query): ResourceRecord {
  const transport = Name.parse(client.transport === "udp" ? "_udp." : "_tcp.");
  const rdata = SRV.encode({ priority: 0, weight: 0, port: client.port, target: Name.root });
  return new ResourceRecord(transport.concat(qname) ?? qname, RrType.SRV, RrClass.IN, 0, rdata);
}
