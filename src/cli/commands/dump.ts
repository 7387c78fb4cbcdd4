import type { Command } from "../command-description.ts";
import { COREFILE_FLAGS, SERVER_FLAGS } from "./flags.ts";

export const DUMP: Command = {
  name: "dump",
  summary: "print what is served, as a zone file",
  synopsis: "[ZONE] [FLAGS]",
  description: [
    "Prints the records of a zone that kubernetes, k8s_external or hosts serve. What is forwarded, made up for each question, or kept by etcd cannot be listed.",
    "It asks the running server; where none is found it starts ./Corefile aside, then the example.",
  ],
  operands: [{ name: "ZONE", summary: "as the Corefile names it; all of them without it" }],
  flags: { ...SERVER_FLAGS, ...COREFILE_FLAGS },
  examples: [
    { line: "portolan dump cluster.local", summary: "the cluster's zone" },
    {
      line: "portolan dump -conf Corefile",
      summary: "without a server: all zones of this Corefile",
    },
  ],
  exitCodes: { 0: "all of it was printed", 1: "it was not" },
  load: async () => (await import("../dump.ts")).dumpCommand,
};
