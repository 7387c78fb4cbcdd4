import type { Command } from "../command-description.ts";

export const DEV: Command = {
  name: "dev",
  summary: "serve a cluster's names on this machine, and connect to them",
  synopsis: "[FLAGS]",
  description: [
    "Watches the cluster of your kubeconfig with your rights, and serves its names on a loopback address; connections go through its API server. Nothing is installed there.",
    "The current context is cluster.local, and every context has a zone of its own: web.shop.svc.staging. What is served ends with Ctrl-C.",
  ],
  operands: [],
  flags: {
    context: {
      value: "CONTEXT",
      summary: "context to serve, may be repeated (default: the current one, as it changes)",
    },
    namespace: {
      value: "NAMESPACE",
      also: ["n"],
      summary: "this namespace only (default: all that you may read)",
    },
    manifests: {
      value: "FOLDER",
      kind: "file",
      summary: "names of these manifests, in the place of a cluster; nothing is connected to",
    },
    stub: {
      summary:
        "set this machine's resolver up as long as it runs, as portolan stub install does; by sudo, if you are not root",
    },
    print: { summary: "print the Corefile that would be served, and exit" },
    admin: {
      value: "WHERE",
      kind: "file",
      summary: 'Unix socket that "portolan explain" asks, or "off"; as when serving',
    },
  },
  examples: [
    { line: "portolan dev", summary: "the current context" },
    { line: "portolan dev -context staging -context prod", summary: "two at a time" },
    {
      line: "portolan dev -stub",
      summary: "and have the system ask here, until it ends",
    },
    { line: "portolan dev -namespace shop", summary: "with rights in one namespace only" },
    {
      line: "portolan dev -manifests deploy/examples -print",
      summary: "the Corefile for a folder of manifests",
    },
  ],
  exitCodes: { 0: "it was told to end", 1: "it could not start, or could not go on" },
  load: async () => (await import("../dev.ts")).devCommand,
};
