import { RrType } from "../dns/iana/rr-type.ts";
import type { Name } from "../dns/name.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import type { ZoneSource, ZoneVersion } from "../server/contract/zone-source.ts";
import type { Zone } from "./zone.ts";
import type { FrozenZone } from "./zone-data.ts";
import { recordsOf } from "./zone-data.ts";
import { noVersion } from "./zone-reply.ts";
import type { ZoneSet } from "./zone-set.ts";

/** Zones of a set, whichever are in it, for those who write them out or transfer them. */
export class ZoneSetSource implements ZoneSource {
  readonly #set: ZoneSet;

  constructor(set: ZoneSet) {
    this.#set = set;
  }

  get zones(): readonly Name[] {
    return Array.from(this.#set, ({ origin }) => origin);
  }

  records(origin: Name): Iterable<ResourceRecord> {
    return this.version(origin)?.records() ?? [];
  }

  version(origin: Name): ZoneVersion | undefined {
    const zone = this.#set.get(origin);
    return zone && versionOf(zone);
  }

  onChange(listener: (origin: Name) => void): () => void {
    return this.#set.onChange(({ origin }) => listener(origin));
  }
}

function versionOf(zone: Zone): ZoneVersion {
  const { data, soa, journal } = zone;
  if (!data || !soa) throw noVersion(zone);
  const frozen = data.freeze();
  return {
    soa,
    records: () => allRecords(soa, frozen),
    changesSince: (serial) => journal.since(serial),
  };
}

function* allRecords(soa: ResourceRecord, frozen: FrozenZone): Generator<ResourceRecord, void> {
  yield soa;
  for (const { owner, ...rrset } of frozen.rrsets()) {
    if (rrset.type !== RrType.SOA) yield* recordsOf(owner, rrset);
  }
  yield soa;
}
