import type { Command } from "../command-description.ts";

export const VERSION: Command = {
  name: "version",
  summary: "print version, platform and commit",
  synopsis: "",
  description: ["Prints what -version does."],
  operands: [],
  flags: {},
  examples: [{ line: "portolan version", summary: "which one is installed" }],
  exitCodes: { 0: "it was said" },
  load: async () => (await import("../version.ts")).printVersion,
};
