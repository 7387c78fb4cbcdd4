import type { EdnsOption } from "../../dns/edns.ts";
import { findOption, nsidOption } from "../../dns/edns.ts";
import { OptionCode } from "../../dns/iana/option-code.ts";
import type { Instance, Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Reply, Result } from "../../server/contract/reply.ts";
import { mapReply } from "../../server/contract/reply.ts";

/** Tells those who ask for it which server has answered (RFC 5001), whoever made the answer. */
export class Nsid implements Instance {
  // Requests with an option are never answered from the table, so nothing is missed there.
  readonly passable = true;
  readonly #option: EdnsOption;

  constructor(identifier: string) {
    this.#option = nsidOption(identifier);
  }

  serve(query: Query, next: Next): Result {
    if (!findOption(query.options, OptionCode.NSID)) return next(query);
    return mapReply(next(query), this.#identify);
  }

  readonly #identify = (reply: Reply): Reply => {
    // One of another server, which a plugin has passed on, would be a lie (RFC 5001 §2.1).
    const others = reply.options.filter(({ code }) => code !== OptionCode.NSID);
    reply.options = [...others, this.#option];
    return reply;
  };
}
