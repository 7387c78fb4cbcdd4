import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import { Nat64Prefix } from "../../net/nat64-prefix.ts";
import type { Cell } from "../../observe/metrics.ts";
import type { Instance, Next, PluginContext, ServerHost } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Reply, Result } from "../../server/contract/reply.ts";
import type { TranslationRule } from "../../server/contract/translation.ts";
import {
  isTranslatable,
  serveTranslated,
  translatedReply,
} from "../../server/contract/translation.ts";
import type { SiitOptions } from "./parse.ts";

/** Makes A records of the AAAA records of names that have no others (RFC 7757). */
export class Siit implements Instance, TranslationRule {
  readonly passable = true;
  readonly qtype: number = RrType.A;
  readonly sourceType: number = RrType.AAAA;
  readonly #prefix: Nat64Prefix;
  readonly #mappings: ReadonlyMap<string, Buffer>;
  readonly #translated: Cell;
  readonly #host: ServerHost;

  constructor({ prefix, mappings }: SiitOptions, { host, metrics, serverLabel }: PluginContext) {
    this.#prefix = prefix ?? Nat64Prefix.wellKnown;
    this.#mappings = mappings;
    const family = metrics.counter(
      "coredns_siit_requests_translated_total",
      "Queries that were answered with A records made of AAAA records.",
      ["server"],
    );
    this.#translated = family.with(serverLabel);
    this.#host = host;
  }

  serve(query: Query, next: Next): Result {
    return isTranslatable(query, this)
      ? serveTranslated(query, next, this, this.#host)
      : next(query);
  }

  wants({ rcode, flags, answer }: Reply): boolean {
    if (rcode === Rcode.NXDOMAIN || (flags & Flag.TC) !== 0) return false;
    return !answer.some(({ type }) => type === RrType.A);
  }

  compose(original: Reply | undefined, basis: Reply): Reply {
    const isMade = basis.answer.some((record) => this.#ipv4Of(record));
    const isFailure = basis.rcode !== Rcode.NOERROR;
    if (!isMade && original && !isFailure) return original.narrow(basis.validity);
    if (isMade) this.#translated.value++;
    return translatedReply({
      original,
      basis,
      flags: Flag.AA | Flag.RA | Flag.TC,
      type: RrType.AAAA,
      translate: this.#toA,
      count: (hits) => void (this.#translated.value += isMade ? hits : 0),
    });
  }

  readonly #toA = (record: ResourceRecord): ResourceRecord | undefined => {
    const ipv4 = this.#ipv4Of(record);
    const { owner, class: rrClass, ttlSeconds } = record;
    return ipv4 && new ResourceRecord(owner, RrType.A, rrClass, ttlSeconds, ipv4);
  };

  /** What was mapped by hand goes first (RFC 7757 §3.3.2). */
  #ipv4Of({ type, rdata }: ResourceRecord): Buffer | undefined {
    if (type !== RrType.AAAA) return undefined;
    return this.#mappings.get(rdata.toString("latin1")) ?? this.#prefix.extract(rdata);
  }
}
