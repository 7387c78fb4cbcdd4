import type { Client } from "../../transport/client.ts";
import type { Name } from "../../dns/name.ts";
import { defineCapability } from "./capability.ts";
import type { State } from "./state.ts";
import type { Membership } from "./validity.ts";

/** A list of suffixes that clients complete names with, one after the other (`search` of resolv.conf). */
export interface SearchPath {
  /** In the order in which they are tried; the root comes last. */
  readonly suffixes: readonly Name[];
  /**
   * Whether a client has this path; all have it where this is undefined. It may be another one's the
   * next time: addresses are given anew.
   */
  isOf?(client: Client): boolean;
  /** Those who get the same as a client, whether the path is theirs or not: it is for all of them or for none. */
  groupOf?(client: Client): Membership;
}

/** Knows which clients have which search path. */
export interface SearchPaths {
  /**
   * The path whose first suffix a name is below, whoever has it; there is at most one, since no two
   * paths begin alike. A state if there is none while that lasts, undefined if there never is:
   * no client could have made the name by completion.
   */
  pathOf(qname: Name): SearchPath | State | undefined;
  /**
   * Says that paths will be asked for; to be called in `connect`.
   * @returns why there will never be one, if that is so: an option that is missing
   */
  begin(): string | undefined;
}

/** Offered by *kubernetes*, used by *autopath*. */
export const searchPaths = defineCapability<SearchPaths>("search paths");
