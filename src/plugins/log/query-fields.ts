import { formatRcode } from "../../dns/iana/rcode.ts";
import { formatRrClass } from "../../dns/iana/rr-class.ts";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outcome } from "../../server/contract/reply.ts";
import { DROPPED } from "../../server/contract/reply.ts";
import { bufferSize, durationSeconds, protocol } from "./format.ts";

/** What a line in JSON has beside the message; CoreDNS's names. `rcode` is null without a reply. */
export function queryFields(query: Query, outcome: Outcome, octets: number): object {
  const { client } = query;
  return {
    client_ip: client.address,
    client_port: client.port,
    qname: query.qname.toString().toLowerCase(),
    qtype: formatRrType(query.qtype),
    qclass: formatRrClass(query.qclass),
    protocol: protocol(client.transport),
    id: query.id,
    opcode: query.opcode,
    request_size: query.octets,
    dnssec_ok: query.dnssecOk,
    bufsize: bufferSize(query),
    rcode: outcome === DROPPED ? null : formatRcode(outcome.rcode),
    response_size: octets,
    duration_seconds: durationSeconds(query),
  };
}
