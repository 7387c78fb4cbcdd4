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

/** Which running server to ask. */
export const SERVER_FLAGS = {
  admin: {
    value: "WHERE",
    kind: "file",
    summary: 'the running server\'s admin socket, or tcp://HOST:PORT; "off" asks none',
  },
  token: {
    value: "FILE",
    kind: "file",
    summary: "the token that it asks for over TCP (default: $PORTOLAN_ADMIN_TOKEN_FILE)",
  },
} as const satisfies FlagTable;
