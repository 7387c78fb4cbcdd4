import type { Command } from "../command-description.ts";
import { LOG_FLAGS } from "./flags.ts";

export const NODE_CACHE: Command = {
  name: "node-cache",
  summary: "serve DNS on a node, in NodeLocal DNSCache's place",
  synopsis: "-localip ADDRESSES [FLAGS]",
  description: [
    "Does what the program node-cache of NodeLocal DNSCache does, by the same flags: makes the Corefile of a template and of kube-dns's ConfigMap, gives the node the addresses, has iptables let queries to them alone, and serves. Every interval it makes anew what is gone. At its end it takes rules and interface away.",
    "It needs the right NET_ADMIN, and for the rules the program iptables. What cannot be set up is logged and counted by coredns_nodecache_setup_errors_total; it serves all the same.",
    "docs/node-local.md says how to put it in NodeLocal's place, and how to go back.",
  ],
  operands: [],
  flags: {
    localip: {
      value: "ADDRESSES",
      summary: "addresses to serve on, with commas between them, all IPv4 or all IPv6",
    },
    conf: {
      value: "FILE",
      kind: "file",
      summary: "where the Corefile is written to, and read from (default /etc/Corefile)",
    },
    corefile: { value: "FILE", kind: "file", summary: "the same, where there is no -conf" },
    basecorefile: {
      value: "FILE",
      kind: "file",
      summary: "template of the Corefile (default /etc/coredns/Corefile.base)",
    },
    kubednscm: {
      value: "FOLDER",
      kind: "file",
      summary: "where kube-dns's ConfigMap is mounted (default /etc/kube-dns, if it is there)",
    },
    upstreamsvc: {
      value: "SERVICE",
      summary:
        "Service whose ClusterIP is __PILLAR__CLUSTER__DNS__, as the environment tells it (default kube-dns)",
    },
    "dns.port": {
      value: "PORT",
      also: ["p"],
      summary: "port that the rules let alone (default 53)",
    },
    setupinterface: {
      value: "BOOL",
      kind: ["true", "false"],
      isOptional: true,
      summary: "make an interface that has the addresses (default true)",
    },
    interfacename: { value: "NAME", summary: "what it is called (default nodelocaldns)" },
    setupiptables: {
      value: "BOOL",
      kind: ["true", "false"],
      isOptional: true,
      summary: "make rules of iptables (default true)",
    },
    syncinterval: {
      value: "TIME",
      summary:
        "how often to look whether all that is there: 60s (default), 60 or 60ns are a minute",
    },
    skipteardown: {
      value: "BOOL",
      kind: ["true", "false"],
      isOptional: true,
      summary: "leave rules and interface behind at the end (default false)",
    },
    "health-port": {
      value: "PORT",
      summary: "port of the health check, for the rules (default 8080)",
    },
    "metrics-listen-address": {
      value: "HOST:PORT",
      summary: "where metrics are served, besides those of the Corefile (default 0.0.0.0:9353)",
    },
    reloadwithsignal: {
      value: "BOOL",
      kind: ["true", "false"],
      isOptional: true,
      summary: "take a new Corefile at once, not when the plugin reload finds it (default false)",
    },
    pidfile: { value: "FILE", kind: "file", summary: "write the process id to FILE" },
    admin: {
      value: "WHERE",
      kind: "file",
      summary: 'Unix socket that "portolan explain" asks, or "off", as when serving',
    },
    ...LOG_FLAGS,
    quiet: { summary: "print nothing at start" },
  },
  examples: [
    {
      line: "portolan node-cache -localip 169.254.20.10,10.96.0.10 -conf /etc/Corefile -upstreamsvc kube-dns-upstream",
      summary: "as NodeLocal's manifest has it",
    },
    {
      line: "portolan node-cache -localip 169.254.20.10 -setupiptables=false",
      summary: "where a network policy of Cilium's brings the queries here",
    },
  ],
  exitCodes: { 0: "it was told to end", 1: "it could not start, or could not go on" },
  load: async () => (await import("../node-cache.ts")).nodeCache,
};
