import type { Command } from "../command-description.ts";
import { COREFILE_FLAGS, LOG_FLAGS } from "./flags.ts";

export const CHECK: Command = {
  name: "check",
  summary: "say all that is wrong with a Corefile",
  synopsis: "[FILE] [FLAGS]",
  description: [
    "Says all that a start with the Corefile would be refused for, a line each, and warns of what has no effect. It serves nothing, and does not try whether ports are free.",
  ],
  operands: [{ name: "FILE", kind: "file", summary: "the Corefile, as -conf names it" }],
  flags: { ...COREFILE_FLAGS, ...LOG_FLAGS },
  examples: [
    { line: "portolan check Corefile", summary: "this file" },
    { line: "portolan check - < Corefile", summary: "standard input" },
  ],
  exitCodes: { 0: "a start would not be refused", 1: "it would" },
  load: async () => (await import("../check.ts")).check,
};
