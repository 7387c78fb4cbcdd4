import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { reasonOf } from "../../corefile/corefile-error.ts";
import { tokenError } from "../../corefile/directive.ts";
import type { EdnsOption } from "../../dns/edns.ts";
import { extendedErrorOption } from "../../dns/edns.ts";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Opcode } from "../../dns/iana/opcode.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { configPath } from "../../server/config-path.ts";
import type { Admission } from "../../server/contract/admission.ts";
import { isCommon } from "../../server/contract/admission.ts";
import type { Offer } from "../../server/contract/capability.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outcome, Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { tsigKeys } from "../../server/contract/tsig-keys.ts";
import { Validity } from "../../server/contract/validity.ts";
import { zoneSource } from "../../server/contract/zone-source.ts";
import { TooManyWaiting } from "../../server/pipeline/waiting-queries.ts";
import { readUpdate } from "../../zone/update/update-message.ts";
import type { Updated, ZoneLimits } from "../../zone/update/decide-updates.ts";
import { UpdatedZone } from "../../zone/update/updated-zone.ts";
import type { ZonePlace } from "../../zone/update/updated-zone.ts";
import { replyFrom } from "../../zone/zone-reply.ts";
import { ZoneSetSource } from "../../zone/zone-set-source.ts";
import { ZoneSet } from "../../zone/zone-set.ts";
import { holdZone, releaseZone } from "./held-zones.ts";
import type { DynupdateOptions } from "./parse.ts";
import { DEFAULT_MAX_OCTETS, DEFAULT_MAX_RECORDS, DEFAULT_MAX_UPDATE_RECORDS } from "./parse.ts";
import { Permissions } from "./permissions.ts";

/** What an update's packet said, read before anybody waits: its octets are gone then. */
type ReadUpdate = ReturnType<typeof readUpdate>;

/** Serves a zone that clients may change (RFC 2136). */
export class Dynupdate implements Instance {
  readonly accepts: readonly Admission[] = ["update"];
  readonly refusesOthers = true;
  readonly passable = true;
  readonly zones: ZoneSet = new ZoneSet();
  readonly offers: readonly Offer[] = [zoneSource.offer(new ZoneSetSource(this.zones))];
  readonly #options: DynupdateOptions;
  readonly #context: PluginContext;
  readonly #place: ZonePlace;
  readonly #permissions: Permissions;
  readonly #limits: ZoneLimits;
  readonly #read = new WeakMap<Query, { readonly said: ReadUpdate }>();
  #updated: UpdatedZone | undefined;
  #trouble = "";

  constructor(options: DynupdateOptions, context: PluginContext) {
    this.#options = options;
    this.#context = context;
    const { settings } = context;
    const { directive, seed = "", database, rules } = options;
    const origin = originOf(options, context);
    this.#place = {
      origin,
      seed: configPath(seed, settings, directive),
      database: database === undefined ? undefined : configPath(database, settings, directive),
    };
    this.#permissions = new Permissions(rules, origin);
    this.#limits = {
      records: options.maxRecords ?? DEFAULT_MAX_RECORDS,
      octets: options.maxOctets ?? DEFAULT_MAX_OCTETS,
    };
  }

  /** Reads the zone, and keeps nothing. */
  async check(): Promise<void> {
    await this.#checkPlace();
    const updated = new UpdatedZone(this.#place);
    await updated.load();
    updated.checkSize(this.#limits);
  }

  async start(): Promise<void> {
    this.#checkKeys();
    await this.#checkPlace();
    const updated = holdZone(this.#place);
    this.#updated = updated;
    await updated.load();
    updated.checkSize(this.#limits);
    this.zones.add(updated.zone);
  }

  async stop(): Promise<void> {
    if (!this.#updated) return;
    this.zones.delete(this.#place.origin);
    this.#updated = undefined;
    await releaseZone(this.#place);
  }

  /** Of those who have no key nothing more is read. */
  open(query: Query, packet: Buffer): number {
    const { opcode, qname, signedBy } = query;
    if (opcode !== Opcode.UPDATE || !signedBy || !qname.equals(this.#place.origin))
      return Rcode.NOERROR;
    const max = this.#options.maxUpdateRecords ?? DEFAULT_MAX_UPDATE_RECORDS;
    if (this.#permissions.knows(signedBy))
      this.#read.set(query, { said: readUpdate(packet, qname, max) });
    return Rcode.NOERROR;
  }

  serve(query: Query, next: Next): Result {
    if (query.opcode === Opcode.UPDATE) return this.#update(query);
    if (!isCommon(query)) return next(query);
    const zone = this.zones.find(query.qname, query.qtype);
    if (!zone) return next(query);
    return replyFrom(zone, query, (question) => this.#context.host.resolve(question));
  }

  #update(query: Query): Result {
    // As it came: whatever other plugins make of a name, this is the zone that is meant.
    const { qname, qtype, qclass, signedBy } = query.original;
    if (qtype !== RrType.SOA) return refusal(Rcode.FORMERR);
    if (qclass !== RrClass.IN || !qname.equals(this.#place.origin)) return refusal(Rcode.NOTAUTH);
    if (!signedBy) return refusal(Rcode.REFUSED, "not signed");
    const read = this.#read.get(query.original);
    if (!read) return refusal(Rcode.REFUSED, "the key does not permit that");
    const { said } = read;
    if (said === "too many") return refusal(Rcode.REFUSED, "too many records");
    if (!said) return refusal(Rcode.FORMERR);
    if (!this.#updated) return refusal(Rcode.SERVFAIL);
    if (!query.mayWait) throw new TooManyWaiting();
    const terms = {
      limits: this.#limits,
      mayUpdate: (record: Parameters<Permissions["allows"]>[1]) =>
        this.#permissions.allows(signedBy, record),
    };
    return this.#updated
      .update(said, terms)
      .then((updated) => this.#tell(updated, query, signedBy));
  }

  #tell({ rcode, reason, change, trouble }: Updated, { client }: Query, key: Name): Outcome {
    const { log } = this.#context;
    const about = `zone "${this.#place.origin.toString()}"`;
    const by = `key "${key.toString()}", ${client.address}`;
    if (change) {
      const { fromSerial, toSerial, removed, added } = change;
      log.info(
        `Updated ${about} by ${by}: serial ${fromSerial} to ${toSerial}, ${removed.length} records removed, ${added.length} added`,
      );
      this.#trouble = "";
    } else if (trouble !== undefined) {
      const message = `Cannot keep update of ${about}: ${reasonOf(trouble)}`;
      if (message !== this.#trouble) log.error(message);
      this.#trouble = message;
    } else if (rcode === Rcode.REFUSED) {
      log.debug(`Refused update of ${about} by ${by}: ${reason ?? ""}`);
    }
    return refusal(rcode, reason);
  }

  /** @throws {CorefileError} for a key that nobody has: its holder would never get through */
  #checkKeys(): void {
    const keys = this.#context.offered(tsigKeys);
    for (const { key, keyName } of this.#options.rules) {
      if (keys.some(({ value }) => value.find(keyName))) continue;
      throw tokenError(key, `unknown key "${key.text}": *tsig* has none of that name`);
    }
  }

  async #checkPlace(): Promise<void> {
    const { seed, database } = this.#place;
    if (database === undefined) return;
    await access(dirname(database), constants.W_OK);
    const [one, other] = await Promise.all(
      [seed, database].map((path) => stat(path).catch(() => undefined)),
    );
    if (one && other && one.dev === other.dev && one.ino === other.ino)
      throw this.#options.directive.error(`"file" and "database" are the same file`);
  }
}

function originOf({ zone, directive }: DynupdateOptions, { zones }: PluginContext): Name {
  const [only, another] = zones;
  if (zone) return zone;
  if (only && !another) return only;
  throw directive.error("zone is missing: the server block has more than one");
}

/** To be said to this one update, and to nobody else (RFC 2136 §3.8). */
function refusal(rcode: number, reason?: string): Reply {
  const reply = new Reply(rcode, 0, Validity.once);
  if (reason !== undefined) reply.options = [explanationOf(rcode, reason)];
  return reply;
}

function explanationOf(rcode: number, reason: string): EdnsOption {
  const code = rcode === Rcode.REFUSED ? ExtendedErrorCode.PROHIBITED : ExtendedErrorCode.OTHER;
  return extendedErrorOption(code, reason);
}
