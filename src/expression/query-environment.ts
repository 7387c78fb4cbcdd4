import { formatRrClass } from "../dns/iana/rr-class.ts";
import { formatRrType } from "../dns/iana/rr-type.ts";
import type { Query } from "../server/contract/query.ts";
import type { Environment, EnvironmentFunction } from "./environment.ts";
import { stringAt } from "./functions/arguments.ts";
import { inCidr } from "./in-cidr.ts";
import type { Signature } from "./types.ts";
import { BOOL, INT, STRING, signature } from "./types.ts";
import type { Value } from "./value.ts";
import { fromText, toText } from "./value.ts";

/** What an expression about a query can see. */
export interface QueryContext {
  readonly query: Query;
  /** A value that plugins of the block know of a query, "" if none does. */
  readonly metadata: (label: string, query: Query) => string;
}

type QueryFunction = EnvironmentFunction<QueryContext>;

const TEXT = signature([], STRING);
const NUMBER = signature([], INT);

/** CoreDNS's functions, by their names. */
export const QUERY_ENVIRONMENT = {
  bufsize: about(NUMBER, ({ client, payloadSize }) => {
    return client.transport === "udp" ? BigInt(payloadSize) : 65_535n;
  }),
  class: about(TEXT, ({ qclass }) => formatRrClass(qclass)),
  client_ip: about(TEXT, ({ client }) => client.address),
  do: about(signature([], BOOL), ({ dnssecOk }) => dnssecOk),
  id: about(NUMBER, ({ id }) => BigInt(id)),
  incidr: {
    type: signature([STRING, STRING], BOOL),
    call: (args) => inCidr(stringAt(args, 0), stringAt(args, 1)),
  },
  metadata: {
    type: signature([STRING], STRING),
    call: (args, { query, metadata }) => fromText(metadata(toText(stringAt(args, 0)), query)),
  },
  // Presentation form is ASCII.
  name: about(TEXT, ({ qname }) => qname.toString().toLowerCase()),
  opcode: about(NUMBER, ({ opcode }) => BigInt(opcode)),
  port: about(TEXT, ({ client }) => String(client.port)),
  proto: about(TEXT, ({ client }) => (client.transport === "udp" ? "udp" : "tcp")),
  server_ip: about(TEXT, ({ client }) => client.localAddress),
  server_port: about(TEXT, ({ client }) => String(client.localPort)),
  size: about(NUMBER, ({ octets }) => BigInt(octets)),
  type: about(TEXT, ({ qtype }) => formatRrType(qtype)),
} satisfies Environment<QueryContext>;

function about(type: Signature, read: (query: Query) => Value): QueryFunction {
  return { type, call: (_none, { query }) => read(query) };
}
