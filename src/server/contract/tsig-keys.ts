import type { Name } from "../../dns/name.ts";
import type { TsigKey } from "../../dns/tsig/tsig-key.ts";
import { defineCapability } from "./capability.ts";

/** The keys of a server block, for those who sign queries of their own with them (`TsigConversation`). */
export interface TsigKeys {
  /** By name, in whatever case; complete once the instance that offers them has started. */
  find(name: Name): TsigKey | undefined;
}

export const tsigKeys = defineCapability<TsigKeys>("TSIG keys");
