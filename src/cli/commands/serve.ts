import type { Command } from "../command-description.ts";
import { COREFILE_FLAGS, LOG_FLAGS } from "./flags.ts";

export const SERVE: Command = {
  name: "",
  summary: "serve DNS",
  synopsis: "[FLAGS]",
  description: [
    "Serves DNS as the Corefile says. SIGHUP and SIGUSR1 read the Corefile again; SIGTERM, SIGINT and SIGQUIT finish what was asked, and end.",
    '"portolan help COMMAND" says more of a command, by examples.',
  ],
  operands: [],
  flags: {
    ...COREFILE_FLAGS,
    pidfile: { value: "FILE", kind: "file", summary: "write the process id to FILE" },
    admin: {
      value: "WHERE",
      kind: "file",
      summary:
        'Unix socket that "portolan explain" asks (default: portolan.sock in $RUNTIME_DIRECTORY or $XDG_RUNTIME_DIR, else beside the pidfile), or "off"; tcp://HOST:PORT serves HTTP there besides',
    },
    "admin.token": {
      value: "FILE",
      kind: "file",
      summary: "token that programs need to ask over TCP; beyond the loopback there has to be one",
    },
    ...LOG_FLAGS,
    quiet: { summary: "print nothing at start" },
    plugins: { summary: "list the plugins in their order, and exit" },
    version: { also: ["v"], summary: "print version, platform and commit, and exit" },
  },
  examples: [
    { line: "portolan", summary: "serve ./Corefile" },
    { line: "portolan -conf Corefile -dns.port 5353", summary: "on a port that needs no rights" },
    { line: "portolan -plugins", summary: "what a Corefile may use" },
  ],
  exitCodes: { 0: "it was told to end", 1: "it could not start, or could not go on" },
  load: async () => (await import("../bare-command.ts")).runBare,
};
