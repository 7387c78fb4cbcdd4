import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Instance, Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Reply, Result } from "../../server/contract/reply.ts";
import { mapReply } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";
import { sortIntoGroups } from "./groups.ts";
import type { Subnet } from "./prefer.ts";
import { orderingOf, preferSubnets } from "./prefer.ts";
import { shuffle } from "./round-robin.ts";
import type { WeightFile } from "./weight-file.ts";
import { putWeightedFirst } from "./weights.ts";

/** Changes the order of the addresses in a reply, so that clients spread over them. */
export class LoadBalance implements Instance {
  readonly passable: true | "rotated";
  readonly #prefer: readonly Subnet[];
  readonly #weightFile: WeightFile | undefined;

  constructor(prefer: readonly Subnet[], weightFile: WeightFile | undefined) {
    this.#prefer = prefer;
    this.#weightFile = weightFile;
    this.passable = weightFile ? true : "rotated";
  }

  async check(): Promise<void> {
    await this.#weightFile?.check();
  }

  async start(): Promise<void> {
    await this.#weightFile?.start();
  }

  stop(): void {
    this.#weightFile?.stop();
  }

  serve(query: Query, next: Next): Result {
    return mapReply(next(query), (reply) => this.#balance(query, reply));
  }

  #balance({ qtype }: Query, reply: Reply): Reply {
    const { answer, authority, additional } = reply;
    if (reply.rcode !== Rcode.NOERROR || answer.length + authority.length + additional.length < 2) {
      return reply;
    }
    if (this.#weightFile) return balanceByWeight(qtype, reply, this.#weightFile);
    reply.answer = this.#order(answer);
    reply.authority = shuffle(authority);
    reply.additional = this.#order(additional);
    if (this.#prefer.length > 0) this.#mark(reply);
    return reply;
  }

  /** Whoever repeats a reply can put all addresses in another order, or none. */
  #mark(reply: Reply): void {
    const sections = [reply.answer, reply.additional];
    const orderings = new Set(sections.map((section) => orderingOf(section, this.#prefer)));
    orderings.delete("none");
    if (orderings.size > 1 || orderings.has("both")) reply.narrow(Validity.once);
    else if (orderings.has("by-subnet")) {
      if (sections.some(hasExchanges)) reply.narrow(Validity.once);
      else reply.repetition = { ...reply.repetition, isOrdered: true };
    }
  }

  #order(records: readonly ResourceRecord[]): readonly ResourceRecord[] {
    if (records.length < 2) return records;
    const balanced = shuffle(records);
    return this.#prefer.length > 0 ? preferSubnets(balanced, this.#prefer) : balanced;
  }
}

/** Answers and their glue; where there is something to choose, it is chosen anew each time. */
function balanceByWeight(qtype: number, reply: Reply, { weights }: WeightFile): Reply {
  if (qtype !== RrType.A && qtype !== RrType.AAAA && qtype !== RrType.SRV) return reply;
  const isChoice = [reply.answer, reply.additional].some((section) => {
    return sortIntoGroups(section).addresses.length > 1;
  });
  reply.answer = putWeightedFirst(reply.answer, weights);
  reply.additional = putWeightedFirst(reply.additional, weights);
  return isChoice ? reply.narrow(Validity.once) : reply;
}

/** Mail exchanges, whose order is random. */
function hasExchanges(records: readonly ResourceRecord[]): boolean {
  return sortIntoGroups(records).exchanges.length > 1;
}
