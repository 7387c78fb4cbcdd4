import type { ZonePlace } from "../../zone/update/updated-zone.ts";
import { UpdatedZone } from "../../zone/update/updated-zone.ts";

interface Held {
  readonly updated: UpdatedZone;
  readonly origin: string;
  holders: number;
}

/**
 * Zones of this process, by where they are kept. A reload goes on with the one that there is: the configurations before and after it serve at the
 * same time for a while, and what is updated by either is the same zone.
 */
const held = new Map<string, Held>();

/** @throws {Error} if another zone is kept there */
export function holdZone(place: ZonePlace): UpdatedZone {
  const key = keyOf(place);
  const known = held.get(key);
  if (known && known.origin !== place.origin.key)
    throw new Error(`"${place.database}" is the database of another zone`);
  const one = known ?? { updated: new UpdatedZone(place), origin: place.origin.key, holders: 0 };
  one.holders++;
  held.set(key, one);
  return one.updated;
}

/** To be called once for each `holdZone`. */
export async function releaseZone(place: ZonePlace): Promise<void> {
  const key = keyOf(place);
  const one = held.get(key);
  if (!one) return;
  one.holders--;
  if (one.holders === 0) held.delete(key);
  await one.updated.settled();
}

function keyOf({ database, seed, origin }: ZonePlace): string {
  return database === undefined ? `seed ${seed} ${origin.key}` : `database ${database}`;
}
