import type { Command } from "../command-description.ts";

export const HELP: Command = {
  name: "help",
  summary: "say how a command is used, by examples",
  synopsis: "[COMMAND]",
  description: ["Says what there is, or how one command is used."],
  operands: [{ name: "COMMAND", kind: "command", summary: "which; all of them without it" }],
  flags: {},
  examples: [{ line: "portolan help explain", summary: "the same as portolan explain -h" }],
  exitCodes: { 0: "it was said", 1: "there is no such command" },
  load: async () => (await import("../help.ts")).help,
};
