import type { Command } from "../command-description.ts";
import { SERVER_FLAGS } from "./flags.ts";

export const CACHE_FLUSH: Command = {
  name: "cache flush",
  summary: "have a server forget what it has kept of a name",
  synopsis: "NAME [TYPE...] [FLAGS]",
  description: [
    "Has the running server forget replies that it keeps: those of cache, and those that it repeats without asking any plugin. The next question is asked anew.",
    "Ten a minute. Over TCP it needs a token, also on the same machine.",
  ],
  operands: [
    { name: "NAME", summary: "a whole name: no search list is applied" },
    { name: "TYPE", kind: "type", summary: "all of them without it" },
  ],
  flags: { below: { summary: "names below it, too" }, ...SERVER_FLAGS },
  examples: [
    { line: "portolan cache flush www.example.org", summary: "all types of one name" },
    { line: "portolan cache flush www.example.org A AAAA", summary: "addresses" },
    { line: "portolan cache flush example.org -below", summary: "a zone" },
    { line: "portolan cache flush . -below", summary: "all there is" },
  ],
  exitCodes: { 0: "it was forgotten, or nothing was kept", 1: "no server could be asked" },
  load: async () => (await import("../cache-flush.ts")).cacheFlushCommand,
};
