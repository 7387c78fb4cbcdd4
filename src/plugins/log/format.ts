import { bracketed } from "../../net/host-port.ts";
import { Flag } from "../../dns/header.ts";
import { formatRcode } from "../../dns/iana/rcode.ts";
import { formatRrClass } from "../../dns/iana/rr-class.ts";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outcome, Reply } from "../../server/contract/reply.ts";
import { DROPPED } from "../../server/contract/reply.ts";
import type { Metadata } from "../../server/contract/metadata.ts";
import { responseClass, responseType } from "./response-class.ts";

/** A query that is over. `octets` is the size of its reply. */
export type Replacement = (query: Query, outcome: Outcome, octets: number) => string;

/** What is said of things that are not there. */
const EMPTY = "-";

const REPLACEMENTS: Readonly<Record<string, Replacement>> = {
  type: ({ qtype }) => formatRrType(qtype),
  // Presentation form is ASCII: no control characters, no line breaks.
  name: ({ qname }) => qname.toString().toLowerCase(),
  class: ({ qclass }) => formatRrClass(qclass),
  proto: ({ client }) => protocol(client.transport),
  size: ({ octets }) => String(octets),
  remote: ({ client }) => bracketed(client.address),
  port: ({ client }) => String(client.port),
  local: ({ client }) => bracketed(client.localAddress),
  ">id": ({ id }) => String(id),
  ">opcode": ({ opcode }) => String(opcode),
  ">do": ({ dnssecOk }) => String(dnssecOk),
  ">bufsize": (query) => String(bufferSize(query)),
  rcode: (_query, outcome) => (outcome === DROPPED ? EMPTY : formatRcode(outcome.rcode)),
  ">rflags": (query, outcome) => (outcome === DROPPED ? EMPTY : flagNames(query, outcome)),
  reason: (_query, outcome) => (outcome === DROPPED ? EMPTY : (outcome.reason ?? EMPTY)),
  rsize: (_query, _outcome, octets) => String(octets),
  duration: (query) => `${durationSeconds(query).toFixed(9)}s`,
  "/log/class": responseClass,
  "/log/type": responseType,
};

/**
 * Compiles a format. Braces around anything unknown are text, except `{/LABEL}`, which is metadata.
 * @param metadata gives the getter of a label
 */
export function compileFormat(format: string, metadata: (label: string) => Metadata): Replacement {
  const parts = format.split(/(\{[^{}]*\})/).map((text) => compilePart(text, metadata));
  return (query, outcome, octets) => {
    let line = "";
    for (const part of parts)
      line += typeof part === "string" ? part : part(query, outcome, octets);
    return line;
  };
}

function compilePart(text: string, metadata: (label: string) => Metadata): string | Replacement {
  if (!text.startsWith("{") || !text.endsWith("}")) return text;
  const label = text.slice(1, -1);
  if (Object.hasOwn(REPLACEMENTS, label)) return REPLACEMENTS[label] ?? text;
  if (!label.startsWith("/")) return text;
  const value = metadata(label.slice(1));
  return (query) => withoutControls(value(query)) || EMPTY;
}

/** A value may be what a client says: no line break, no escape sequence of a terminal. */
function withoutControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, "?");
}

/** DNS over TLS and HTTPS are TCP, as in CoreDNS. */
export function protocol(transport: Query["client"]["transport"]): "udp" | "tcp" {
  return transport === "udp" ? "udp" : "tcp";
}

/** Octets of the largest reply that the client takes; TCP has no limit but its own (RFC 7766 §8). */
export function bufferSize({ client, payloadSize }: Query): number {
  return protocol(client.transport) === "tcp" ? 65_535 : payloadSize;
}

/** Since it was received. */
export function durationSeconds({ receivedMs }: Query): number {
  return (performance.now() - receivedMs) / 1_000;
}

/** In the order of the header's bits. */
const FLAG_NAMES = [
  [Flag.AA, "aa"],
  [Flag.TC, "tc"],
  [Flag.RD, "rd"],
  [Flag.RA, "ra"],
  [Flag.AD, "ad"],
  [Flag.CD, "cd"],
] as const;

function flagNames(query: Query, reply: Reply): string {
  const flags = reply.flags | reply.repeatedFlags(query.flags);
  let names = "qr";
  for (const [flag, name] of FLAG_NAMES) if ((flags & flag) !== 0) names += `,${name}`;
  return names;
}
