import type { ZoneChange } from "../server/contract/zone-source.ts";

/**
 * The last changes of a zone, for those who have an older version. It forgets the oldest as soon as telling all would take more
 * records than the whole zone has: sending that is shorter then (RFC 1995 §5).
 */
export class Journal {
  #changes: ZoneChange[] = [];
  #records = 0;

  /** @param zoneRecords how many the zone has now */
  add(change: ZoneChange, zoneRecords: number): void {
    if (this.#changes.at(-1)?.toSerial !== change.fromSerial) this.clear();
    this.#changes.push(change);
    this.#records += recordsIn(change);
    while (this.#records > zoneRecords) {
      const [oldest] = this.#changes;
      if (!oldest) break;
      this.#changes.shift();
      this.#records -= recordsIn(oldest);
    }
  }

  /** What leads from that version to the newest, in order; undefined if it is not known, or not any more. */
  since(serial: number): readonly ZoneChange[] | undefined {
    const index = this.#changes.findIndex(({ fromSerial }) => fromSerial === serial);
    return index < 0 ? undefined : this.#changes.slice(index);
  }

  clear(): void {
    this.#changes = [];
    this.#records = 0;
  }
}

function recordsIn({ removed, added }: ZoneChange): number {
  return removed.length + added.length;
}
