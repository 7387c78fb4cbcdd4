import type { Command } from "../command-description.ts";

export const FMT: Command = {
  name: "fmt",
  summary: "format Corefiles",
  synopsis: "[FILE...] [FLAGS]",
  description: [
    "Formats Corefiles: four spaces for each open brace, one between words. Comments, quotes, variables and the order of lines stay as they are, and so does what they mean. Files that a Corefile imports are formatted as well if they are named.",
    "Without a flag the result is printed, and the file stays as it is. If one of the files cannot be formatted, nothing is written at all.",
  ],
  operands: [
    { name: "FILE", kind: "file", summary: '"-" is standard input; ./Corefile if left out' },
  ],
  flags: {
    w: { summary: "write the result to the file" },
    check: { summary: "print the names of files that are not formatted" },
    diff: { summary: "print what would change" },
  },
  examples: [
    { line: "portolan fmt Corefile", summary: "print it formatted" },
    { line: "portolan fmt -w Corefile", summary: "format the file itself" },
    { line: "portolan fmt -check -diff Corefile", summary: "for CI: say what is not formatted" },
  ],
  exitCodes: {
    0: "all is well",
    1: "a file cannot be formatted, or with -check: is not",
  },
  load: async () => (await import("../fmt.ts")).fmt,
};
