import type { Command } from "../command-description.ts";
import { SERVER_FLAGS } from "./flags.ts";

export const EXPLAIN: Command = {
  name: "explain",
  summary: "say why a name resolves or does not",
  synopsis: "NAME [TYPE] [FLAGS]",
  description: [
    "Says why a name resolves for a pod, or why it does not, and what to try next.",
    "It asks the running server; where none is found it starts ./Corefile aside, then the example.",
  ],
  operands: [
    {
      name: "NAME",
      summary: 'as the pod\'s program has it: "web.shop"; a final dot leaves the search list out',
    },
    { name: "TYPE", kind: "type", summary: "A and AAAA by default" },
  ],
  flags: {
    from: {
      value: "WHO",
      summary: 'POD.NAMESPACE, NAMESPACE or an address (default: a pod of namespace "default")',
    },
    routes: {
      summary:
        "say as well where kube-proxy sends connections; NAME may be an address or ADDRESS:PORT",
    },
    "proxy-mode": {
      value: "MODE",
      kind: ["iptables", "ipvs", "nftables"],
      summary: "with -routes: whose rules to show (default iptables)",
    },
    node: { value: "NODE", summary: "with -routes: as on this node" },
    o: { value: "FORMAT", kind: ["text", "json"], summary: '"text" (default) or "json"' },
    conf: {
      value: "FILE",
      kind: "file",
      summary: "start this Corefile aside and ask that, rather than a running server",
    },
    ...SERVER_FLAGS,
    "dns.port": {
      value: "PORT",
      summary: "as when serving: port of server blocks that name none (default 53)",
    },
  },
  examples: [
    { line: "portolan explain web.shop", summary: 'as a pod of namespace "default" asks' },
    { line: "portolan explain web -from shop", summary: "as a pod of another namespace" },
    {
      line: "portolan explain web.shop -from 10.1.2.3",
      summary: "as this client: views and acl see the address",
    },
    {
      line: "portolan explain _http._tcp.web.shop.svc.cluster.local. SRV -o json",
      summary: "one question, for a program",
    },
    {
      line: "portolan explain web.shop -routes -proxy-mode nftables",
      summary: "where connections to it go, and by which rules",
    },
    {
      line: "portolan explain web.shop -conf Corefile",
      summary: "without a server: this Corefile is started aside",
    },
  ],
  exitCodes: {
    0: "it resolves",
    1: "it could not be explained",
    2: "it does not resolve, or not as it seems",
  },
  load: async () => (await import("../explain.ts")).explainCommand,
};
