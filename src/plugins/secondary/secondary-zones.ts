import type { Name } from "../../dns/name.ts";
import type { Logger } from "../../observe/log.ts";
import type { Accept } from "../../zone/primary/incoming-versions.ts";
import { FollowedPrimary } from "../../zone/primary/followed-primary.ts";
import { RequestSlots } from "../../zone/primary/request-slots.ts";
import type { PrimaryServer } from "../../zone/primary/signing.ts";
import { Zone } from "../../zone/zone.ts";
import { ZoneSet } from "../../zone/zone-set.ts";

/** At once, of all zones together. */
const QUERIES = 64;
const TRANSFERS = 8;

/** What the zones of a directive have in common, and the members of a catalog with it. */
export interface ZoneTerms {
  readonly servers: readonly PrimaryServer[];
  readonly fallthrough: readonly Name[];
}

/** A zone, and who keeps it as its primaries have it. */
export interface SecondaryZone {
  readonly zone: Zone;
  readonly followed: FollowedPrimary;
  readonly terms: ZoneTerms;
}

/** The zones that are transferred, which may become more and fewer. */
export class SecondaryZones {
  readonly set: ZoneSet = new ZoneSet();
  readonly #zones = new Map<string, SecondaryZone>();
  readonly #log: Logger;
  readonly #queries = new RequestSlots(QUERIES);
  readonly #transfers = new RequestSlots(TRANSFERS);
  #isStarted = false;
  #isStopped = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  get(origin: Name): SecondaryZone | undefined {
    return this.#zones.get(origin.key);
  }

  /** @param accept looks at a version before it is served; @param zone the one that is there already, with its data */
  add(
    origin: Name,
    terms: ZoneTerms,
    { accept, zone = new Zone(origin) }: { readonly accept?: Accept; readonly zone?: Zone } = {},
  ): Zone {
    const options = {
      servers: terms.servers,
      queries: this.#queries,
      transfers: this.#transfers,
      accept,
    };
    const followed = new FollowedPrimary(zone, options, this.#log);
    this.#zones.set(origin.key, { zone, followed, terms });
    this.set.add(zone);
    if (this.#isStarted && !this.#isStopped) followed.start();
    return zone;
  }

  /** @returns its zone, which is nobody's now */
  remove(origin: Name): Zone | undefined {
    const one = this.#zones.get(origin.key);
    one?.followed.stop();
    this.#zones.delete(origin.key);
    this.set.delete(origin);
    return one?.zone;
  }

  start(): void {
    this.#isStarted = true;
    for (const { followed } of this.#zones.values()) followed.start();
  }

  stop(): void {
    this.#isStopped = true;
    for (const { followed } of this.#zones.values()) followed.stop();
  }

  /** Resolves when the primaries of all have been asked once. */
  async firstLooks(): Promise<void> {
    await Promise.all([...this.#zones.values()].map(({ followed }) => followed.firstLook));
  }
}
