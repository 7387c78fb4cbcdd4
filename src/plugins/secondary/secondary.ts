import { tokenError } from "../../corefile/directive.ts";
import { Flag } from "../../dns/header.ts";
import { Opcode } from "../../dns/iana/opcode.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import type { Admission } from "../../server/contract/admission.ts";
import { isCommon } from "../../server/contract/admission.ts";
import type { Offer } from "../../server/contract/capability.ts";
import { passOn } from "../../server/contract/pass-on.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Result } from "../../server/contract/reply.ts";
import { Reply, mapReply } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";
import { tsigKeys } from "../../server/contract/tsig-keys.ts";
import { zoneSource } from "../../server/contract/zone-source.ts";
import { replyOrPassOn } from "../../zone/zone-reply.ts";
import { ZoneSetSource } from "../../zone/zone-set-source.ts";
import { Catalogs } from "./catalogs.ts";
import type { NamedPrimary, SecondaryEntry } from "./parse.ts";
import { SecondaryZones } from "./secondary-zones.ts";

/** How long a reload waits for zones that cannot be had at once. */
const READY_MS = 5_000;
/** Addresses whose NOTIFY was refused, each told of once. */
const MAX_STRANGERS = 100;

/** Answers from zones that are transferred from their primaries. */
export class Secondary implements Instance {
  readonly accepts: readonly Admission[] = ["notify"];
  readonly refusesOthers = true;
  readonly passable = true;
  readonly offers: readonly Offer[];
  readonly #zones: SecondaryZones;
  readonly #catalogs: Catalogs;
  readonly #context: PluginContext;
  readonly #primaries: readonly NamedPrimary[];
  readonly #strangers = new Set<string>();

  constructor(entries: readonly SecondaryEntry[], context: PluginContext) {
    this.#context = context;
    this.#primaries = entries.flatMap(({ primaries }) => primaries);
    this.#zones = new SecondaryZones(context.log);
    this.#catalogs = new Catalogs(this.#zones, context.log);
    this.offers = [zoneSource.offer(new ZoneSetSource(this.#zones.set))];
    for (const entry of entries) this.#add(entry);
  }

  /** @throws {CorefileError} if nobody has a key that is named: what is meant to be signed is never sent unsigned */
  start(): void {
    for (const primary of this.#primaries) {
      const { keyName } = primary;
      if (!keyName) continue;
      const name = Name.parse(keyName.text);
      const [key] = this.#context.offered(tsigKeys).flatMap(({ value }) => value.find(name) ?? []);
      if (!key)
        throw tokenError(keyName, `unknown key "${keyName.text}": *tsig* has none of that name`);
      primary.key = key;
    }
    this.#zones.start();
  }

  stop(): void {
    this.#zones.stop();
  }

  /** The configuration before may have the zones already: a reload should not lose them for a moment. */
  async ready(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, READY_MS);
    await Promise.race([promise, this.#zones.firstLooks()]);
    clearTimeout(timer);
  }

  serve(query: Query, next: Next): Result {
    if (query.opcode === Opcode.NOTIFY) return this.#takeNotify(query);
    if (!isCommon(query)) return next(query);
    const zone = this.#zones.set.find(query.qname, query.qtype);
    if (this.#catalogs.areNone && !zone) return next(query);
    // Catalogs may have another zone at any time, that is nearer to the name.
    const members = Validity.dependingOn(this.#zones.set.members);
    if (!zone) return passOn(query, next, members);
    const fallthrough = this.#zones.get(zone.origin)?.terms.fallthrough ?? [];
    const resolve = (question: Query): Result => this.#context.host.resolve(question);
    const result = replyOrPassOn(zone, query, resolve, { fallthrough, next });
    if (this.#catalogs.areNone) return result;
    return mapReply(result, (reply) => reply.narrow(members));
  }

  /** RFC 1996 §3.11 and §4.7: a request of a primary is answered at once, and looked after then. */
  #takeNotify({ qname, qtype, qclass, client }: Query): Reply {
    const isSoa = qtype === RrType.SOA && qclass === RrClass.IN;
    if (!isSoa) return new Reply(Rcode.FORMERR, 0, Validity.once);
    const known = this.#zones.get(qname);
    if (!known) return new Reply(Rcode.NOTAUTH, 0, Validity.once);
    if (!known.followed.hasPrimary(client.address)) {
      this.#tellOfStranger(client.address, qname.toString());
      return new Reply(Rcode.REFUSED, 0, Validity.once);
    }
    known.followed.notify(client.address);
    return new Reply(Rcode.NOERROR, Flag.AA, Validity.once);
  }

  #tellOfStranger(address: string, zone: string): void {
    if (this.#strangers.has(address) || this.#strangers.size === MAX_STRANGERS) return;
    this.#strangers.add(address);
    this.#context.log.warn(
      `Refused NOTIFY of zone "${zone}" from ${address}: it is none of the zone's primaries`,
    );
  }

  #add({ directive, zones, primaries, catalog, fallthrough }: SecondaryEntry): void {
    const terms = { servers: primaries, fallthrough };
    for (const origin of zones ?? this.#context.zones) {
      if (this.#zones.get(origin))
        throw directive.error(`zone "${origin.toString()}" has primaries already`);
      if (catalog) this.#catalogs.add(origin, terms, catalog);
      else this.#zones.add(origin, terms);
    }
  }
}
