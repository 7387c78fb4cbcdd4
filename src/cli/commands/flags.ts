import { LOG_FORMATS } from "../../observe/log-format.ts";
import type { FlagTable } from "../flag-description.ts";

/** How serving reads its Corefile, and how whoever does the same aside. */
export const COREFILE_FLAGS = {
  conf: {
    value: "FILE",
    kind: "file",
    summary: 'Corefile to load, "-" for standard input (default: ./Corefile, then the example)',
  },
  "dns.port": {
    value: "PORT",
    also: ["p"],
    summary: "port for server blocks that name none (default 53)",
  },
} as const satisfies FlagTable;

export const LOG_FLAGS = {
  "log-format": { value: "FORMAT", kind: LOG_FORMATS, summary: '"text" (default) or "json"' },
} as const satisfies FlagTable;
