import { Flag } from "../../dns/header.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { CNAME, NS, PTR } from "../../dns/rdata/rfc1035-names.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outcome, Result } from "../../server/contract/reply.ts";
import { DROPPED } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { Keys } from "./keys.ts";
import { exchangers, locations } from "./hosts.ts";
import {
  addressRecord,
  below,
  isAlias,
  makeRecord,
  ownRecord,
  stripLabels,
  withoutRepeats,
} from "./records.ts";
import type { Service } from "./service.ts";
import type { ServiceLookup } from "./service-lookup.ts";
import { BadValueError } from "./service-lookup.ts";

const APEX = "\u0004apex\u0003dns";
const NAME_SERVERS = "\u0002ns\u0003dns";
const MAX_CHAIN = 10;

export interface AnswerParts {
  readonly lookup: ServiceLookup;
  readonly keys: Keys;
  readonly zone: Name;
  readonly hasApexFallback: boolean;
  /** Answers for names that are not in the zone. */
  readonly resolve: (query: Query) => Result;
}

/** Records, or undefined if there is no such name. */
type Found = readonly ResourceRecord[] | undefined;

/** Finds the records for one query. */
export class Answers {
  /** For how long what came from outside of the zone holds good. */
  validity: Validity = Validity.once;
  /** TC, if something from outside has it. */
  flags = 0;
  additional: readonly ResourceRecord[] = [];
  readonly #parts: AnswerParts;

  constructor(parts: AnswerParts) {
    this.#parts = parts;
  }

  find(query: Query): Promise<Found> {
    const { qname, qtype } = query;
    switch (qtype) {
      case RrType.A:
      case RrType.AAAA:
      case RrType.TXT:
        return this.#follow(query, []);
      case RrType.CNAME:
      case RrType.PTR:
        return this.#names(query);
      case RrType.SRV:
      case RrType.MX:
        return this.#hosts(query);
      case RrType.NS:
        return qname.equals(this.#parts.zone) ? this.#nameServers(query) : this.#nothing(query);
      default:
        return this.#nothing(query);
    }
  }

  /** For types that no name has. */
  async #nothing(query: Query): Promise<Found> {
    return (await this.#services(query)) && [];
  }

  /** A, AAAA or TXT, by way of aliases. */
  async #follow(query: Query, before: readonly ResourceRecord[]): Promise<Found> {
    const services = await this.#services(query);
    if (!services) return undefined;
    const found: ResourceRecord[] = [];
    for (const service of services) {
      if (isAlias(service)) found.push(...(await this.#target(query, service, before)));
      else found.push(...[ownRecord(query.qname, query.qtype, service) ?? []].flat());
    }
    return withoutRepeats(found);
  }

  async #target(
    query: Query,
    service: Service & { target: Name },
    before: readonly ResourceRecord[],
  ): Promise<readonly ResourceRecord[]> {
    const { target } = service;
    const alias = aliasRecord(query.qname, service);
    // All below a name are its services, too: one that leads there leads to itself.
    if (target.isWithin(query.qname) || before.length > MAX_CHAIN) return [];
    if (before.some(({ owner, rdata }) => alias.owner.equals(owner) && alias.rdata.equals(rdata))) {
      return [];
    }
    const question = query.derive({ qname: target, isOwn: true });
    if (!target.isWithin(this.#parts.zone)) return [alias, ...(await this.#outside(question))];
    const found = await this.#follow(question, [...before, alias]);
    return found && found.length > 0 ? [alias, ...found] : [];
  }

  /** CNAME or PTR: of the very key. */
  async #names(query: Query): Promise<Found> {
    const { qname, qtype } = query;
    const services = await this.#parts.lookup.service(qname);
    if (!services) return this.#nothing(query);
    const named = services.filter((service): service is Service & { target: Name } => {
      return service.target !== undefined;
    });
    const codec = qtype === RrType.PTR ? PTR : CNAME;
    return named.map((service) => {
      return makeRecord(qname, codec, service, codec.encode({ target: service.target }));
    });
  }

  /** SRV or MX, with the addresses of the hosts that they name. */
  async #hosts(query: Query): Promise<Found> {
    const { lookup, keys, zone } = this.#parts;
    const services = await lookup.services(query.qname);
    if (!services) return undefined;
    const make = query.qtype === RrType.SRV ? locations : exchangers;
    const { records, additional, names } = make(query.qname, services, keys);
    const more: ResourceRecord[] = [...additional];
    for (const qname of names) {
      for (const qtype of [RrType.A, RrType.AAAA]) {
        const question = query.derive({ qname, qtype, isOwn: true });
        const isInside = qname.isWithin(zone);
        more.push(
          ...((await (isInside ? this.#follow(question, []) : this.#outside(question))) ?? []),
        );
      }
    }
    this.additional = withoutRepeats(more);
    return withoutRepeats(records);
  }

  /** The name servers are below `ns.dns`, each under a key of its own, by address. */
  async #nameServers({ qname }: Query): Promise<Found> {
    const { lookup, keys, zone } = this.#parts;
    const at = below(NAME_SERVERS, zone);
    const services = at && (await lookup.services(at));
    if (!services) return undefined;
    if (services.some(isAlias)) throw new BadValueError("the host of a name server is no address");
    const found = services.flatMap((service) => {
      const name = keys.nameOf(service.key);
      const server = name && stripLabels(name, service);
      const address = server && addressRecord(server, service);
      return address ? [{ server, address, service }] : [];
    });
    this.additional = withoutRepeats(found.map(({ address }) => address));
    const servers = found.map(({ server, service }) => {
      return makeRecord(qname, NS, service, NS.encode({ nameserver: server }));
    });
    return withoutRepeats(servers);
  }

  /** Those of the zone's own name are below `apex.dns`; in older data anywhere in the zone. */
  async #services({ qname, qtype }: Query): Promise<readonly Service[] | undefined> {
    const { lookup, zone, hasApexFallback } = this.#parts;
    const isText = qtype === RrType.TXT;
    const apex = !isText && qname.equals(zone) ? below(APEX, zone) : undefined;
    const services = apex && (await lookup.services(apex));
    if (services || (apex && !hasApexFallback)) return services;
    return lookup.services(qname, isText);
  }

  /** Whatever goes wrong there, what etcd says is true. */
  async #outside(question: Query): Promise<readonly ResourceRecord[]> {
    let outcome: Outcome;
    try {
      outcome = await this.#parts.resolve(question);
    } catch {
      return [];
    }
    if (outcome === DROPPED) return [];
    this.validity = this.validity.and(outcome.validity);
    this.flags |= outcome.flags & Flag.TC;
    return outcome.answer;
  }
}

function aliasRecord(owner: Name, service: Service & { target: Name }): ResourceRecord {
  return makeRecord(owner, CNAME, service, CNAME.encode({ target: service.target }));
}
