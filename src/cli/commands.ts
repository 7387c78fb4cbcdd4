import { CACHE_FLUSH } from "./commands/cache-flush.ts";
import { CHECK } from "./commands/check.ts";
import { COMPLETION } from "./commands/completion.ts";
import { DEV } from "./commands/dev.ts";
import { DUMP } from "./commands/dump.ts";
import { EXPLAIN } from "./commands/explain.ts";
import { FMT } from "./commands/fmt.ts";
import { HELP } from "./commands/help.ts";
import { NODE_CACHE } from "./commands/node-cache.ts";
import { QUERY } from "./commands/query.ts";
import { SERVE } from "./commands/serve.ts";
import {
  STUB_DOCTOR,
  STUB_INSTALL,
  STUB_STATUS,
  STUB_UNINSTALL,
  STUB_UNIT,
} from "./commands/stub.ts";
import { VERSION } from "./commands/version.ts";
import type { Command } from "./command-description.ts";

/**
 * All commands, in the order of help; the first is what is done without the name of one. Each has its description in
 * `commands/`, of which help, completion and the manual are made, and a file beside this one that its `load` gives.
 */
export const COMMANDS: readonly Command[] = [
  SERVE,
  DEV,
  CHECK,
  FMT,
  QUERY,
  EXPLAIN,
  DUMP,
  CACHE_FLUSH,
  STUB_INSTALL,
  STUB_UNINSTALL,
  STUB_STATUS,
  STUB_DOCTOR,
  STUB_UNIT,
  NODE_CACHE,
  COMPLETION,
  HELP,
  VERSION,
];
