import type { Command } from "../command-description.ts";
import { SHELLS } from "../completion/shells.ts";

export const COMPLETION: Command = {
  name: "completion",
  summary: "print what makes a shell complete command lines",
  synopsis: "SHELL",
  description: ["Prints a script that makes the shell complete commands, flags and their values."],
  operands: [{ name: "SHELL", kind: SHELLS, summary: "bash, zsh or fish" }],
  flags: {},
  examples: [
    {
      line: "source <(portolan completion bash)",
      summary: "for this bash or zsh; in ~/.bashrc, for all",
    },
    { line: "portolan completion zsh > ~/.zfunc/_portolan", summary: "zsh: in a folder of $fpath" },
    { line: "portolan completion fish | source", summary: "for this fish" },
  ],
  exitCodes: { 0: "it was printed", 1: "there is none for that shell" },
  load: async () => (await import("../completion.ts")).completion,
};
