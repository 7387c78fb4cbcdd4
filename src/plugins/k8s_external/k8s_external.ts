import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Offer } from "../../server/contract/capability.ts";
import type { ExternalServices } from "../../server/contract/external-services.ts";
import { externalServices } from "../../server/contract/external-services.ts";
import { passOn } from "../../server/contract/pass-on.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { mapReply, Reply } from "../../server/contract/reply.ts";
import type { Repetition, Result } from "../../server/contract/reply.ts";
import { State } from "../../server/contract/state.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { ZoneVersion } from "../../server/contract/zone-source.ts";
import { zoneSource } from "../../server/contract/zone-source.ts";
import { ExternalZone } from "./external-zone.ts";
import type { NameAnswer } from "./name-answers.ts";
import { NameAnswers, NoData } from "./name-answers.ts";
import type { ExternalOptions } from "./parse.ts";
import { zoneRecords } from "./zone-records.ts";

const FOLLOWS_CASE: Repetition = { followsCase: true };

/** Answers for a cluster's Services where they are reached from outside. */
export class External implements Instance {
  readonly isCommonOnly = true;
  readonly passable = true;
  readonly offers: readonly Offer[];
  readonly #options: ExternalOptions;
  readonly #context: PluginContext;
  /** The longest first, so that the first match is the closest. */
  readonly #zones: readonly ExternalZone[];
  readonly #primaryZone: ExternalZone | undefined;
  #services: ExternalServices | undefined;
  #names: NameAnswers | undefined;

  constructor(options: ExternalOptions, context: PluginContext) {
    this.#options = options;
    this.#context = context;
    const { apex, ttlSeconds } = options;
    const names = options.zones ?? context.zones;
    const zones = names.map((name) => new ExternalZone(name, apex, ttlSeconds));
    this.#primaryZone = zones[0];
    this.offers = [
      zoneSource.offer({
        zones: zones.map(({ name }) => name),
        records: (zone) => this.transfer(zone) ?? [],
        version: (zone) => this.#versionOf(zone),
      }),
    ];
    this.#zones = zones.toSorted((a, b) => b.name.key.length - a.name.key.length);
  }

  /** As CoreDNS, it needs *kubernetes* in the same server block. */
  connect(): void {
    const { directive, host } = this.#context;
    const [first] = this.#context.offered(externalServices);
    if (!first || !this.#primaryZone) {
      throw directive.error("kubernetes is missing: it is to be in the same server block");
    }
    this.#services = first.value;
    this.#names = new NameAnswers({
      services: first.value,
      headless: this.#options.headless,
      primaryZone: this.#primaryZone,
      resolve: (query) => host.resolve(query),
    });
  }

  serve(query: Query, next: Next): Result {
    const zone = this.#zones.find(({ name }) => query.qname.isWithin(name));
    const services = this.#services;
    if (!zone || !services) return next(query);
    const { staleness } = services;
    const answer = this.#answer(query, zone, services);
    if (answer instanceof State) return this.#absent(query, next, zone, answer);
    if (answer instanceof NoData) return this.#deny(Rcode.NOERROR, zone, answer.state);
    return mapReply(answer, (reply) => {
      reply.repetition = FOLLOWS_CASE;
      if (staleness) reply.options = [...reply.options, staleness];
      return reply;
    });
  }

  /**
   * All records of a zone, its SOA first and last, for a zone transfer (RFC 5936 §2.2); undefined if it is not
   * a zone of this plugin.
   * @throws {QueryError} before the cluster is known.
   */
  transfer(apex: Name): Iterable<ResourceRecord> | undefined {
    const zone = this.#zones.find(({ name }) => name.equals(apex));
    const services = this.#services;
    const names = this.#names;
    if (!zone || !services || !names) return undefined;
    services.requireAll();
    return zoneRecords({ zone, services, names, headless: this.#options.headless });
  }

  /** It does not tell of changes: most that are made to the cluster cannot be seen from outside. */
  #versionOf(apex: Name): ZoneVersion | undefined {
    const records = this.transfer(apex);
    const zone = this.#zones.find(({ name }) => name.equals(apex));
    const soa = zone?.soa(this.#services?.serial ?? 0);
    return soa && records && { soa, records: () => records, changesSince: () => undefined };
  }

  #answer(query: Query, zone: ExternalZone, services: ExternalServices): NameAnswer {
    const { qname } = query;
    if (qname.equals(zone.name)) return this.#atApex(query, zone, services);
    const { apex, nameServer } = zone;
    if (apex && qname.isWithin(apex)) {
      if (qname.equals(nameServer)) return this.#nameServer(query, zone, services);
      // What is under it is the zone's own, and never passed on.
      const rcode = qname.equals(apex) ? Rcode.NOERROR : Rcode.NXDOMAIN;
      return this.#deny(rcode, zone, services.whole);
    }
    return this.#names?.answer(query, zone) ?? services.whole;
  }

  #atApex({ qname, qtype }: Query, zone: ExternalZone, services: ExternalServices): NameAnswer {
    const { whole } = services;
    const reply = Reply.authoritative().narrow(Validity.dependingOn(whole));
    if (qtype === RrType.SOA) reply.answer = [zone.soa(services.serial)];
    else if (qtype === RrType.NS) {
      reply.answer = [zone.ns()];
      const addresses = services.nameServers(this.#options.headless);
      reply.additional = zone.addresses(zone.nameServer, addresses);
    } else return new NoData(whole);
    reply.answer = reply.answer.map((record) => record.withOwner(qname));
    return reply;
  }

  #nameServer({ qname, qtype }: Query, zone: ExternalZone, services: ExternalServices): NameAnswer {
    const addresses = zone.addresses(qname, services.nameServers(this.#options.headless));
    const answer = addresses.filter(({ type }) => type === qtype);
    if (answer.length === 0) return new NoData(services.whole);
    return Reply.authoritative(answer).narrow(Validity.dependingOn(services.whole));
  }

  #absent(query: Query, next: Next, zone: ExternalZone, state: State): Result {
    // As long as not all is known no name may be denied, nor leak to others who would deny it.
    this.#services?.requireAll();
    if (query.qname.isWithinAny(this.#options.fallthrough)) {
      return passOn(query, next, Validity.dependingOn(state));
    }
    return this.#deny(Rcode.NXDOMAIN, zone, state);
  }

  /** The serial number in it may be behind for as long as others may keep the record. */
  #deny(rcode: number, zone: ExternalZone, state: State): Reply {
    const soa = zone.soa(this.#services?.serial ?? 0);
    return Reply.negative(rcode, soa)
      .narrow(Validity.dependingOn(state))
      .narrow(Validity.until(performance.now() + soa.ttlSeconds * 1_000));
  }
}
