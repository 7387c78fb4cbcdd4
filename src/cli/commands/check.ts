import { CHECK_FORMATS } from "../../check/format-names.ts";
import type { Command } from "../command-description.ts";
import { COREFILE_FLAGS, LOG_FLAGS } from "./flags.ts";

export const CHECK: Command = {
  name: "check",
  summary: "say all that is wrong with a Corefile, or could be better",
  synopsis: "[FILE...] [FLAGS]",
  description: [
    "Says all that a start with the Corefile would be refused for, warns of what does not do what it seems to, and notes what could be better. It serves nothing, and does not try whether ports are free.",
    "Of objects of Kubernetes it says as well what a move from CoreDNS would meet: who puts them back, and whether Services would find Portolan's pods.",
    'Each finding has a rule, which docs/check.md explains. A comment "# portolan-ignore: RULE" on the line, or on the one above, has a warning or a note left out.',
  ],
  operands: [
    {
      name: "FILE",
      kind: "file",
      summary:
        "a Corefile, as -conf names it; or YAML or JSON: the ConfigMap that has it, with what else a cluster's DNS is made of, or values of CoreDNS's chart",
    },
  ],
  flags: {
    ...COREFILE_FLAGS,
    ...LOG_FLAGS,
    format: {
      value: "FORMAT",
      kind: CHECK_FORMATS,
      summary: '"text" (default), "json", "sarif", or "github" for its workflows',
    },
    "from-cluster": {
      summary: "check what the DNS of a cluster is made of, with the rights of your kubeconfig",
    },
    kubeconfig: {
      value: "FILE",
      kind: "file",
      summary: "with -from-cluster: this file (default: $KUBECONFIG, then ~/.kube/config)",
    },
    context: { value: "NAME", summary: "with -from-cluster: this context of it" },
    namespace: {
      value: "NAME",
      also: ["n"],
      summary: "with -from-cluster: where the DNS is (default: kube-system, then openshift-dns)",
    },
    resolve: {
      summary: "look for upstreams' names also with -elsewhere, in objects, values and a cluster",
    },
    translate: {
      summary: "check nothing: print the Corefile that kube-dns's stub domains in FILE stand for",
    },
    strict: { summary: "take warnings for errors" },
    elsewhere: {
      summary:
        "the Corefile is for another machine: leave out this one's files, names, addresses and variables",
    },
  },
  examples: [
    { line: "portolan check Corefile", summary: "this file" },
    { line: "portolan check - < Corefile", summary: "standard input" },
    {
      line: "portolan check -from-cluster -context dev",
      summary: "before a move from CoreDNS: what a cluster has",
    },
    {
      line: "portolan check -translate kube-dns.yaml > Corefile",
      summary: "stub domains of kube-dns, as on GKE, as server blocks",
    },
    { line: "portolan check coredns.yaml", summary: "a ConfigMap, and what is beside it" },
    {
      line: "portolan check -elsewhere -strict -format github Corefile",
      summary: "in a workflow: remarks at the lines of a pull request",
    },
  ],
  exitCodes: {
    0: "there is no error, and with -strict nothing to warn of",
    1: "there is, or the command line is wrong",
    2: "there is none in what could be read of a cluster, and that was not all",
  },
  load: async () => (await import("../check.ts")).check,
};
