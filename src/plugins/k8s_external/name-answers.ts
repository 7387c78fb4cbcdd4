import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { CNAME, PTR } from "../../dns/rdata/rfc1035-names.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import { addressOfReverseName } from "../../dns/reverse-name.ts";
import type { ExternalServices } from "../../server/contract/external-services.ts";
import type { Query } from "../../server/contract/query.ts";
import { Reply } from "../../server/contract/reply.ts";
import type { Result } from "../../server/contract/reply.ts";
import type { State } from "../../server/contract/state.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { ExternalHost } from "./external-host.ts";
import { selectHosts, showsEndpoints } from "./external-host.ts";
import type { ExternalZone } from "./external-zone.ts";
import { locationsOf } from "./locations.ts";
import { addOutside } from "./outside.ts";
import { parseServiceName } from "./service-name.ts";

/** A name that exists, and has no records of the type, as long as the state lasts. */
export class NoData {
  readonly state: State;

  constructor(state: State) {
    this.state = state;
  }
}

/** A reply; or no records; or no such name, as long as the state lasts. */
export type NameAnswer = Result | NoData | State;

export interface NameAnswersParts {
  readonly services: ExternalServices;
  /** Whether headless Services have their endpoints' addresses. */
  readonly headless: boolean;
  /** Where the names in PTR records are. */
  readonly primaryZone: ExternalZone;
  readonly resolve: (query: Query) => Result;
}

/** Answers for names of Services below a zone. */
export class NameAnswers {
  readonly #parts: NameAnswersParts;

  constructor(parts: NameAnswersParts) {
    this.#parts = parts;
  }

  answer(query: Query, zone: ExternalZone): NameAnswer {
    const { services, headless } = this.#parts;
    const { key } = query.qname;
    const address = query.qtype === RrType.PTR ? addressOfReverseName(key) : undefined;
    if (address !== undefined) return this.#pointers(query, address);
    const name = parseServiceName(key, key.length - zone.name.key.length);
    const namespace = services.namespace(name.namespace);
    if (!namespace.value || name.isTooLong) return namespace.state;
    if (name.service === "") return new NoData(namespace.state);
    const { value: service, state } = services.service(name.service + name.namespace);
    if (!service) return state;
    if (showsEndpoints(service, name.selector, headless)) services.requireEndpoints();
    const hosts = selectHosts(service, name.selector, headless);
    return hosts.length === 0 ? state : this.#found(query, zone, hosts, state);
  }

  #found(
    query: Query,
    zone: ExternalZone,
    hosts: readonly ExternalHost[],
    state: State,
  ): Result | NoData {
    switch (query.qtype) {
      case RrType.A:
      case RrType.AAAA:
        return this.#addresses(query, zone, hosts, state);
      case RrType.SRV:
        return this.#locations(query, zone, hosts, state);
      default:
        return new NoData(state);
    }
  }

  #addresses(
    query: Query,
    zone: ExternalZone,
    hosts: readonly ExternalHost[],
    state: State,
  ): Result | NoData {
    const addresses = zone.addresses(query.qname, addressesOf(hosts));
    const answer = addresses.filter(({ type }) => type === query.qtype);
    if (answer.length > 0) return positive(answer, state);
    const alias = addresses.length > 0 ? undefined : this.alias(query.qname, hosts);
    if (!alias) return new NoData(state);
    const reply = positive([alias.record], state);
    const question = query.derive({ qname: alias.target, isOwn: true });
    return addOutside(reply, [question], this.#parts.resolve, (found) => {
      reply.answer = [...reply.answer, ...found];
    });
  }

  /** The one record of a name that has no address: an alias has no others beside it (RFC 1034 §3.6.2). */
  alias(
    owner: Name,
    hosts: readonly ExternalHost[],
  ): { readonly record: ResourceRecord; readonly target: Name } | undefined {
    const targets = hosts.flatMap(({ hostname = "" }) => Name.tryParse(hostname) ?? []);
    const target = targets.find((name) => !name.equals(Name.root));
    if (!target) return undefined;
    const { ttlSeconds } = this.#parts.services;
    const rdata = CNAME.encode({ target });
    const record = new ResourceRecord(owner, RrType.CNAME, RrClass.IN, ttlSeconds, rdata);
    return { record, target };
  }

  #locations(
    query: Query,
    zone: ExternalZone,
    hosts: readonly ExternalHost[],
    state: State,
  ): Result | NoData {
    const { services, resolve } = this.#parts;
    const found = locationsOf(query.qname, hosts, zone, services.ttlSeconds);
    if (found.answer.length === 0) return new NoData(state);
    const reply = positive(found.answer, state);
    reply.additional = found.additional;
    if (found.outside.length === 0) return reply;
    const questions = found.outside.flatMap((qname) =>
      [RrType.A, RrType.AAAA].map((qtype) => query.derive({ qname, qtype, isOwn: true })),
    );
    return addOutside(reply, questions, resolve, (records) => {
      reply.additional = [...reply.additional, ...records];
    });
  }

  #pointers(query: Query, address: string): Reply | State {
    const { services, primaryZone } = this.#parts;
    const { value: names, state } = services.servicesAt(address);
    const answer = names.flatMap((labels) => {
      const target = primaryZone.below(labels);
      if (!target) return [];
      const rdata = PTR.encode({ target });
      const { ttlSeconds } = primaryZone;
      return [new ResourceRecord(query.qname, RrType.PTR, RrClass.IN, ttlSeconds, rdata)];
    });
    return answer.length === 0 ? state : positive(answer, state);
  }
}

export function addressesOf(hosts: readonly ExternalHost[]): string[] {
  return hosts.flatMap(({ address }) => address ?? []);
}

function positive(answer: readonly ResourceRecord[], state: State): Reply {
  return Reply.authoritative(answer).narrow(Validity.dependingOn(state));
}
