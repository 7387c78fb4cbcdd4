import { tokenError } from "../../corefile/directive.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Admission } from "../../server/contract/admission.ts";
import { isTransfer } from "../../server/contract/admission.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { RecordStream } from "../../server/contract/record-stream.ts";
import type { Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { ZoneSource, ZoneVersion } from "../../server/contract/zone-source.ts";
import { tsigKeys } from "../../server/contract/tsig-keys.ts";
import { zoneSource } from "../../server/contract/zone-source.ts";
import { isLaterSerial } from "../../zone/serial.ts";
import { Notifier } from "./notifier.ts";
import type { TransferRule } from "./parse.ts";
import { TransferRules } from "./transfer-rules.ts";
import { changesTo, serialOf } from "./zone-stream.ts";

/** Sends zones of other plugins to those who may have them, and tells these when one has changed. */
export class Transfer implements Instance {
  readonly accepts: readonly Admission[] = ["transfer"];
  readonly passable = true;
  readonly #rules: TransferRules;
  readonly #context: PluginContext;
  readonly #notifier: Notifier;
  #sources: readonly ZoneSource[] = [];
  #ends: readonly (() => void)[] = [];

  constructor(rules: readonly TransferRule[], context: PluginContext) {
    this.#rules = new TransferRules(rules, context.zones);
    this.#context = context;
    this.#notifier = new Notifier({
      log: context.log,
      soaOf: (zone) => this.#versionOf(zone)?.soa,
    });
  }

  connect(): void {
    this.#sources = this.#context.offered(zoneSource).map(({ value }) => value);
  }

  /** @throws {CorefileError} if nobody has a key that is named: what is meant to be signed is never sent unsigned */
  start(): void {
    for (const recipient of this.#rules.recipients()) {
      const { keyName } = recipient;
      if (!keyName) continue;
      const name = Name.parse(keyName.text);
      const [key] = this.#context.offered(tsigKeys).flatMap(({ value }) => value.find(name) ?? []);
      if (!key)
        throw tokenError(keyName, `unknown key "${keyName.text}": *tsig* has none of that name`);
      recipient.key = key;
    }
  }

  serve(query: Query, next: Next): Result {
    if (!isTransfer(query.qtype) || query.qclass !== RrClass.IN) return next(query);
    const isStream = query.client.room !== undefined;
    const rule = this.#rules.find(query.qname);
    const mayHave = rule?.isForAll === true || rule?.addresses.has(query.client.address);
    // A zone does not fit a datagram (RFC 5936 §4.2); whether it has changed does (RFC 1995 §2).
    if (mayHave !== true || (!isStream && query.qtype === RrType.AXFR))
      return refusal(Rcode.REFUSED);
    if (query.qtype === RrType.IXFR && query.serial === undefined) return refusal(Rcode.FORMERR);
    const version = this.#versionOf(query.qname);
    if (!version) return refusal(Rcode.NOTAUTH);
    return this.#answer(query, version, isStream);
  }

  /** Queries come: whoever has a zone is told that there may be another version. */
  serving(): void {
    this.#ends = this.#sources.flatMap(
      (source) => source.onChange?.((zone) => this.#notify(zone)) ?? [],
    );
    const sources = this.#sources.filter((source) => source.version !== undefined);
    for (const { zones } of sources) for (const zone of zones) this.#notify(zone);
  }

  stop(): void {
    for (const end of this.#ends) end();
    this.#notifier.stop();
  }

  #notify(zone: Name): void {
    for (const recipient of this.#rules.find(zone)?.recipients ?? [])
      this.#notifier.notify(zone, recipient);
  }

  /** Of the first plugin that has such a zone. @throws {QueryError} if that has no version of it */
  #versionOf(zone: Name): ZoneVersion | undefined {
    for (const source of this.#sources) {
      const version = source.version?.(zone);
      if (version) return version;
    }
    return undefined;
  }

  #answer(query: Query, version: ZoneVersion, isStream: boolean): Reply {
    const { serial } = query;
    if (query.qtype === RrType.AXFR || serial === undefined) return this.#whole(query, version);
    const current = serialOf(version.soa);
    const isUpToDate = serial === current || isLaterSerial(serial, current);
    if (isUpToDate || !isStream) return this.#single(query, version, isUpToDate);
    const changes = changesTo(version, serial);
    if (!changes) return this.#whole(query, version);
    return this.#stream(query, version, changes, "incremental transfer");
  }

  #single({ qname, client }: Query, { soa }: ZoneVersion, isUpToDate: boolean): Reply {
    if (isUpToDate) {
      this.#context.log.info(
        `Outgoing noop, incremental transfer for up to date zone "${qname.toString()}" to ${client.address} for ${serialOf(soa)} SOA serial`,
      );
    }
    return Reply.authoritative([soa]).narrow(Validity.perClient).narrow(Validity.once);
  }

  #whole(query: Query, version: ZoneVersion): Reply {
    return this.#stream(query, version, version.records(), "transfer");
  }

  #stream(
    query: Query,
    version: ZoneVersion,
    records: Iterable<ResourceRecord>,
    what: string,
  ): Reply {
    return new RecordStream(
      counted(records, (count) => {
        this.#context.log.info(
          `Outgoing ${what} of ${count} records of zone "${query.qname.toString()}" to ${query.client.address} for ${serialOf(version.soa)} SOA serial`,
        );
      }),
    );
  }
}

function refusal(rcode: number): Reply {
  return new Reply(rcode, 0, Validity.perClient).narrow(Validity.once);
}

/** Says at the end how many there were; not if nobody wants all of them. */
function* counted<T>(items: Iterable<T>, onEnd: (count: number) => void): Generator<T, void> {
  let count = 0;
  for (const item of items) {
    count++;
    yield item;
  }
  onEnd(count);
}
