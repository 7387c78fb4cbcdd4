import { setImmediate } from "node:timers/promises";
import type { Name } from "../../dns/name.ts";
import { guard } from "../../observe/faults.ts";
import type { Logger } from "../../observe/log.ts";
import type { Catalog, CatalogMember } from "../../zone/catalog/read-catalog.ts";
import { readCatalog } from "../../zone/catalog/read-catalog.ts";
import type { Accept } from "../../zone/primary/incoming-versions.ts";
import { TransferError } from "../../zone/primary/transfer-error.ts";
import type { Zone } from "../../zone/zone.ts";
import type { SecondaryZones, ZoneTerms } from "./secondary-zones.ts";

/** Members that are looked at between two looks at what else there is to do. */
const SLICE_MEMBERS = 50;
/** Of one version of a catalog so many zones are told of one by one. */
const MAX_LINES = 20;

/** A catalog zone, and what its members get from it. */
interface CatalogZone {
  readonly origin: Name;
  readonly terms: ZoneTerms;
  /** Members are within one of these; anywhere if there are none. */
  readonly within: readonly Name[];
  catalog: Catalog;
}

/** A zone that is here because a catalog has it. */
interface HeldMember {
  readonly owner: CatalogZone;
  readonly member: CatalogMember;
}

/** Keeps the member zones of catalog zones (RFC 9432): they come and go, and move from one catalog to another. */
export class Catalogs {
  readonly #zones: SecondaryZones;
  readonly #log: Logger;
  readonly #catalogs = new Map<string, CatalogZone>();
  readonly #held = new Map<string, HeldMember>();
  /** One version after another, of whatever catalog. */
  #work: Promise<void> = Promise.resolve();

  constructor(zones: SecondaryZones, log: Logger) {
    this.#zones = zones;
    this.#log = log;
  }

  get areNone(): boolean {
    return this.#catalogs.size === 0;
  }

  add(origin: Name, terms: ZoneTerms, within: readonly Name[]): void {
    const owner: CatalogZone = { origin, terms, within, catalog: new Map() };
    this.#catalogs.set(origin.key, owner);
    let next: Catalog = owner.catalog;
    const accept: Accept = async (data) => {
      next = await readCatalog(data).catch((cause: unknown) => {
        if (!(cause instanceof SyntaxError)) throw cause;
        throw new TransferError(`it sent no catalog zone: ${cause.message}`, false, cause);
      });
    };
    const apply = (catalog: Catalog): Promise<void> => this.#apply(owner, catalog);
    const follow = guard("members of a catalog zone", () => {
      const catalog = next;
      this.#work = this.#work.then(() => apply(catalog));
      return this.#work;
    });
    this.#zones.add(origin, terms, { accept }).onChange(follow);
  }

  async #apply(owner: CatalogZone, catalog: Catalog): Promise<void> {
    owner.catalog = catalog;
    const lines: string[] = [];
    let [outside, count] = [0, 0];
    for (const member of catalog.values()) {
      if (++count % SLICE_MEMBERS === 0) await setImmediate();
      if (!isAllowed(owner, member)) outside++;
      else lines.push(...this.#take(owner, member));
    }
    for (const [key, { owner: its, member }] of this.#held) {
      const now = catalog.get(key);
      if (its !== owner || (now && isAllowed(owner, now))) continue;
      if (++count % SLICE_MEMBERS === 0) await setImmediate();
      this.#held.delete(key);
      this.#zones.remove(member.zone)?.withdraw();
      lines.push(`Zone "${member.zone.toString()}" is gone from catalog ${quoted(owner)}`);
    }
    for (const line of lines.slice(0, MAX_LINES)) this.#log.info(line);
    const rest = lines.length - MAX_LINES;
    if (rest > 0)
      this.#log.info(`Catalog ${quoted(owner)}: ${rest} more of its zones have changed`);
    if (outside > 0) {
      this.#log.warn(
        `Catalog ${quoted(owner)} has ${outside} zones that are not within those that "catalog" names: left out`,
      );
    }
  }

  /** @returns what has become of it, in words */
  #take(owner: CatalogZone, member: CatalogMember): string[] {
    const { key } = member.zone;
    const name = `Zone "${member.zone.toString()}"`;
    const held = this.#held.get(key);
    if (!held) {
      if (this.#zones.get(member.zone)) return this.#clash(owner, member);
      this.#hold(owner, member);
      return [`${name} is new in catalog ${quoted(owner)}`];
    }
    const isSame = held.member.label === member.label;
    if (held.owner === owner) {
      this.#held.set(key, { owner, member });
      if (isSame) return [];
      this.#replace(owner, member, false);
      return [`${name} is another one in catalog ${quoted(owner)} now: begun anew`];
    }
    const said = held.owner.catalog.get(key);
    if (!said?.newOwner?.equals(owner.origin)) return this.#clash(owner, member);
    const keepsData = isSame && said.label === member.label;
    this.#replace(owner, member, keepsData);
    const how = keepsData ? "as it is" : "and is begun anew";
    return [`${name} goes from catalog ${quoted(held.owner)} to ${quoted(owner)}, ${how}`];
  }

  #clash(owner: CatalogZone, { zone }: CatalogMember): string[] {
    this.#log.warn(
      `Zone "${zone.toString()}" of catalog ${quoted(owner)} is left out: there is such a zone already`,
    );
    return [];
  }

  #replace(owner: CatalogZone, member: CatalogMember, keepsData: boolean): void {
    const zone = this.#zones.remove(member.zone);
    if (!keepsData) zone?.withdraw();
    this.#hold(owner, member, keepsData ? zone : undefined);
  }

  #hold(owner: CatalogZone, member: CatalogMember, zone?: Zone): void {
    this.#held.set(member.zone.key, { owner, member });
    this.#zones.add(member.zone, owner.terms, zone ? { zone } : {});
  }
}

function isAllowed({ within }: CatalogZone, { zone }: CatalogMember): boolean {
  return within.length === 0 || zone.isWithinAny(within);
}

function quoted({ origin }: CatalogZone): string {
  return `"${origin.toString()}"`;
}
