import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Instance, Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Reply, Result } from "../../server/contract/reply.ts";
import { mapReply } from "../../server/contract/reply.ts";
import type { Subnet } from "./prefer.ts";
import { preferSubnets } from "./prefer.ts";
import { shuffle } from "./round-robin.ts";
import type { WeightFile } from "./weight-file.ts";
import { putWeightedFirst } from "./weights.ts";

/** Changes the order of the addresses in a reply, so that clients spread over them. */
export class LoadBalance implements Instance {
  readonly passable: false | "rotated";
  readonly #prefer: readonly Subnet[];
  readonly #weightFile: WeightFile | undefined;

  constructor(prefer: readonly Subnet[], weightFile: WeightFile | undefined) {
    this.#prefer = prefer;
    this.#weightFile = weightFile;
    // Whoever repeats a reply knows nothing of weights and subnets.
    this.passable = weightFile || prefer.length > 0 ? false : "rotated";
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

  #balance(query: Query, reply: Reply): Reply {
    const { answer, authority, additional } = reply;
    if (reply.rcode !== Rcode.NOERROR || answer.length + authority.length + additional.length < 2) {
      return reply;
    }
    reply.answer = this.#order(query, answer);
    // The weights are about answers and their glue; nobody balances authority by weight.
    if (!this.#weightFile) reply.authority = shuffle(authority);
    reply.additional = this.#order(query, additional);
    return reply;
  }

  #order({ qtype }: Query, records: readonly ResourceRecord[]): readonly ResourceRecord[] {
    if (records.length < 2) return records;
    const balanced = this.#weightFile
      ? byWeight(qtype, records, this.#weightFile)
      : shuffle(records);
    return this.#prefer.length > 0 ? preferSubnets(balanced, this.#prefer) : balanced;
  }
}

function byWeight(
  qtype: number,
  records: readonly ResourceRecord[],
  { weights }: WeightFile,
): readonly ResourceRecord[] {
  const isWeighed = qtype === RrType.A || qtype === RrType.AAAA || qtype === RrType.SRV;
  return isWeighed ? putWeightedFirst(records, weights) : records;
}
