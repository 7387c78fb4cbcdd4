import type { Name } from "../../dns/name.ts";
import type { Cell } from "../../observe/metrics.ts";
import type { Instance, Next } from "../../server/contract/plugin.ts";
import { passOn } from "../../server/contract/pass-on.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Reply, Result } from "../../server/contract/reply.ts";
import { mapReply } from "../../server/contract/reply.ts";
import { State } from "../../server/contract/state.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { Paths } from "./paths.ts";
import { isConclusive, Walk } from "./walk.ts";

/**
 * Completes names as the client would. Only a client whose search path begins like the name has it
 * completed, and only if nothing is there: all other replies are the same for everybody.
 */
export class Autopath implements Instance {
  readonly passable = true;
  readonly #zones: readonly Name[];
  readonly #paths: Paths;
  readonly #success: Cell;

  constructor(zones: readonly Name[], paths: Paths, success: Cell) {
    this.#zones = zones;
    this.#paths = paths;
    this.#success = success;
  }

  serve(query: Query, next: Next): Result {
    if (!query.qname.isWithinAny(this.#zones)) return next(query);
    const path = this.#paths.pathOf(query.qname);
    if (!path) return next(query);
    if (path instanceof State) return passOn(query, next, Validity.dependingOn(path));
    const isForAll = path.isOf === undefined;
    if (path.isOf?.(query.client) === false) {
      query.trace?.note("the client searches elsewhere");
      return mapReply(next(query), perClientIfDenied);
    }
    return new Walk(query, path.suffixes, { next, isForAll, success: this.#success }).begin();
  }

  connect(): void {
    this.#paths.connect?.();
  }

  async check(): Promise<void> {
    await this.#paths.check?.();
  }

  async start(): Promise<void> {
    await this.#paths.start?.();
  }
}

/** Those who have the path get something else. */
function perClientIfDenied(reply: Reply): Reply {
  return isConclusive(reply) ? reply : reply.narrow(Validity.perClient);
}
