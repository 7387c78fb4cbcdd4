import { Flag } from "../../dns/header.ts";
import type { Instance, Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Reply, Result } from "../../server/contract/reply.ts";
import { mapReply } from "../../server/contract/reply.ts";
import type { FlagRule, HeaderOptions } from "./parse.ts";

/** What rules come to: flags that are 1 afterwards whatever they were, and flags that are 0; the others stay. */
interface Mask {
  readonly set: number;
  readonly clear: number;
}

/** Sets and clears flags of queries for the plugins behind it, and of their replies. */
export class Header implements Instance {
  readonly passable = true;
  readonly #query: Mask;
  readonly #response: Mask;
  /** RD of replies, where rules say it: it is that of the query as the plugins saw it, if not told otherwise. */
  readonly #recursionDesired: boolean | undefined;

  constructor({ query, response }: HeaderOptions) {
    this.#query = maskOf(query);
    this.#response = maskOf(response);
    this.#recursionDesired = isSet(this.#response, Flag.RD) ?? isSet(this.#query, Flag.RD);
  }

  serve(query: Query, next: Next): Result {
    const flags = (query.flags | this.#query.set) & ~this.#query.clear;
    const result = next(flags === query.flags ? query : query.derive({ flags }));
    return mapReply(result, this.#edit);
  }

  readonly #edit = (reply: Reply): Reply => {
    const { set, clear } = this.#response;
    reply.flags = (reply.flags | (set & ~Flag.RD)) & ~clear;
    reply.recursionDesired = this.#recursionDesired ?? reply.recursionDesired;
    // The operator's word: a cache does not take it from what another server has said.
    if (isSet(this.#response, Flag.AA) === true) reply.isForwarded = false;
    return reply;
  };
}

/** What a mask says of a flag; undefined for nothing. */
function isSet({ set, clear }: Mask, flag: number): boolean | undefined {
  if ((set & flag) !== 0) return true;
  return (clear & flag) !== 0 ? false : undefined;
}

function maskOf(rules: readonly FlagRule[]): Mask {
  let [set, clear] = [0, 0];
  for (const rule of rules) {
    set = rule.isSet ? set | rule.flag : set & ~rule.flag;
    clear = rule.isSet ? clear & ~rule.flag : clear | rule.flag;
  }
  return { set, clear };
}
