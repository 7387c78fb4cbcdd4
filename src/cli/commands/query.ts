import type { Command } from "../command-description.ts";
import { QUERY_OPTIONS } from "./query-options.ts";

export const QUERY: Command = {
  name: "query",
  summary: "ask a DNS server, as dig does",
  synopsis: "[@SERVER] NAME [TYPE] [CLASS] [FLAGS] [+OPTIONS]",
  description: [
    "Asks a DNS server, and prints the reply as dig does, for images that have no dig.",
    'Words may stand in any order. Options may be shortened as long as they are clear, and "+no" takes most of them back, as "+nostats".',
  ],
  operands: [
    {
      name: "@SERVER",
      summary:
        'address or name, with ":PORT" or without ("[2001:db8::1]:53"), tls://NAME or https://NAME/PATH (default: the servers of /etc/resolv.conf)',
    },
    { name: "NAME", summary: 'asked for as it is, unless "+search" completes it' },
    { name: "TYPE", kind: "type", summary: "A by default; TYPE and a number stand for any" },
    { name: "CLASS", kind: ["IN", "CH", "HS", "ANY"], summary: "IN by default" },
  ],
  flags: {
    p: { value: "PORT", summary: "the server's port (53; 853 for TLS, 443 for HTTPS)" },
    x: { value: "ADDRESS", summary: "ask for the name of an address" },
    t: { value: "TYPE", kind: "type", summary: "the type, whatever the name looks like" },
    c: { value: "CLASS", kind: ["IN", "CH", "HS", "ANY"], summary: "the class" },
    q: { value: "NAME", summary: "the name, whatever it looks like" },
    "4": { summary: "ask only over IPv4" },
    "6": { summary: "ask only over IPv6" },
    o: { value: "FORMAT", kind: ["text", "json"], summary: '"text" (default) or "json"' },
    ...QUERY_OPTIONS,
  },
  readsItself: true,
  examples: [
    {
      line: "portolan query web.shop.svc.cluster.local @127.0.0.1 -p 1053",
      summary: "a Service's address",
    },
    {
      line: "portolan query _postgres._tcp.postgres.data.svc.cluster.local SRV @127.0.0.1:1053 +short",
      summary: "its ports, for a script",
    },
    { line: "portolan query -x 10.96.0.10 @127.0.0.1:1053", summary: "whose address that is" },
    { line: "portolan query web.shop +search", summary: "as a pod's resolver completes it" },
    {
      line: "portolan query example.org MX @tls://dns.quad9.net -o json",
      summary: "over TLS, for a program",
    },
  ],
  exitCodes: {
    0: "there was a reply, whatever it says",
    1: "the command line is wrong, or the server's name has no address",
    9: "there was no reply",
    10: "a name or a number of the command line is none",
  },
  load: async () => (await import("../query.ts")).query,
};
