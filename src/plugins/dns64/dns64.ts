import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import { Nat64Prefix } from "../../net/nat64-prefix.ts";
import type { Cell } from "../../observe/metrics.ts";
import type { Instance, Next, PluginContext, ServerHost } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Reply, Result } from "../../server/contract/reply.ts";
import { mapReply } from "../../server/contract/reply.ts";
import type { TranslationRule } from "../../server/contract/translation.ts";
import {
  isForBothFamilies,
  isTranslatable,
  serveTranslated,
  translatedReply,
} from "../../server/contract/translation.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { Dns64Options } from "./parse.ts";

/** ::ffff:0:0/96, which is no address to send to (RFC 6147 §5.1.4). */
const MAPPED = Buffer.from("00000000000000000000ffff", "hex");

/** Makes AAAA records of the A records of names that have no others (RFC 6147). */
export class Dns64 implements Instance, TranslationRule {
  readonly passable = true;
  readonly qtype: number = RrType.AAAA;
  readonly sourceType: number = RrType.A;
  readonly #prefix: Nat64Prefix;
  readonly #translateAll: boolean;
  readonly #allowIpv4: boolean;
  /** A reply that clients of one family get and others do not. */
  readonly #ofOneFamily: Validity;
  readonly #translated: Cell;
  readonly #host: ServerHost;

  constructor(options: Dns64Options, { host, metrics, settings, serverLabel }: PluginContext) {
    this.#prefix = options.prefix ?? Nat64Prefix.wellKnown;
    this.#translateAll = options.translateAll;
    this.#allowIpv4 = options.allowIpv4;
    const isForAll = options.allowIpv4 || !isForBothFamilies(settings);
    this.#ofOneFamily = isForAll ? Validity.always : Validity.perClient;
    const family = metrics.counter(
      "coredns_dns64_requests_translated_total",
      "Queries for which A records were asked for, to make AAAA records of them.",
      ["server"],
    );
    this.#translated = family.with(serverLabel);
    this.#host = host;
  }

  serve(query: Query, next: Next): Result {
    if (!isTranslatable(query, this)) return next(query);
    if (this.#allowIpv4 || query.client.address.includes(":")) {
      const result = serveTranslated(query, next, this, this.#host);
      return mapReply(result, withoutMapped);
    }
    // Other clients would have got something else.
    return mapReply(next(query), (reply) => {
      return this.wants(reply) ? reply.narrow(this.#ofOneFamily) : withoutMapped(reply);
    });
  }

  wants({ rcode, flags, answer }: Reply): boolean {
    if (rcode === Rcode.NXDOMAIN || (flags & Flag.TC) !== 0) return false;
    return this.#translateAll || !answer.some(isUsable);
  }

  compose(original: Reply | undefined, basis: Reply): Reply {
    this.#translated.value++;
    const isBasisEmpty = !basis.answer.some(({ type }) => type === RrType.A);
    // A name that has IPv6 addresses alone keeps them.
    if (isBasisEmpty && original?.answer.some(isUsable)) {
      return original.narrow(basis.validity).narrow(this.#ofOneFamily);
    }
    const reply = translatedReply({
      original,
      basis,
      flags: Flag.RA | Flag.TC,
      type: RrType.A,
      translate: this.#toAaaa,
      count: (hits) => void (this.#translated.value += hits),
    });
    return reply.narrow(this.#ofOneFamily);
  }

  readonly #toAaaa = (record: ResourceRecord): ResourceRecord => {
    const { owner, class: rrClass, ttlSeconds, rdata } = record;
    return new ResourceRecord(owner, RrType.AAAA, rrClass, ttlSeconds, this.#prefix.embed(rdata));
  };
}

function isMapped({ type, rdata }: ResourceRecord): boolean {
  return type === RrType.AAAA && rdata.subarray(0, MAPPED.length).equals(MAPPED);
}

function isUsable(record: ResourceRecord): boolean {
  return record.type === RrType.AAAA && !isMapped(record);
}

function withoutMapped(reply: Reply): Reply {
  if (reply.answer.some(isMapped)) reply.answer = reply.answer.filter((one) => !isMapped(one));
  return reply;
}
