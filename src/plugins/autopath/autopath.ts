import type { Name } from "../../dns/name.ts";
import type { Cell } from "../../observe/metrics.ts";
import type { Instance, Next } from "../../server/contract/plugin.ts";
import { passOn } from "../../server/contract/pass-on.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Result } from "../../server/contract/reply.ts";
import { mapReply } from "../../server/contract/reply.ts";
import type { SearchPath } from "../../server/contract/search-paths.ts";
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
    const isOwn = path.isOf?.(query.client) ?? true;
    const isFor = validityOf(path, query);
    const { suffixes } = path;
    if (isOwn) return new Walk(query, suffixes, { next, isFor, success: this.#success }).begin();
    query.trace?.note("the client searches elsewhere");
    // Those who have the path get something else.
    return mapReply(next(query), (reply) => (isConclusive(reply) ? reply : reply.narrow(isFor)));
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

/** Who else gets the same where nothing is at the name itself. */
function validityOf(path: SearchPath, { client }: Query): Validity {
  if (!path.isOf) return Validity.always;
  const membership = path.groupOf?.(client);
  return membership ? Validity.perGroup(membership) : Validity.perClient;
}
