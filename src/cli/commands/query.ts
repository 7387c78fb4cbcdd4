import type { Command } from "../command-description.ts";

export const QUERY: Command = {
  name: "query",
  summary: "ask a DNS server",
  synopsis: "NAME [TYPE] [@SERVER] [FLAGS]",
  description: ["Asks a DNS server by UDP, TCP or HTTPS, and prints what it says."],
  operands: [
    { name: "NAME", summary: "name to ask for" },
    { name: "TYPE", kind: "type", summary: "A by default" },
    {
      name: "@SERVER",
      summary: "address or name of a DNS server, or https:// URL of one (default 127.0.0.1)",
    },
  ],
  flags: {
    p: { value: "PORT", also: ["port"], summary: "its port (default 53)" },
    tcp: { summary: "ask over TCP" },
  },
  examples: [
    {
      line: "portolan query web.shop.svc.cluster.local @127.0.0.1 -p 1053",
      summary: "a Service's address",
    },
    {
      line: "portolan query _postgres._tcp.postgres.data.svc.cluster.local SRV @127.0.0.1 -p 1053",
      summary: "its ports",
    },
  ],
  exitCodes: { 0: "there was a reply", 1: "there was none, or the question is none" },
  load: async () => (await import("../query.ts")).query,
};
