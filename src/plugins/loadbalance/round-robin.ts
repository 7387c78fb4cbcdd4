import type { ResourceRecord } from "../../dns/resource-record.ts";
import { sortIntoGroups } from "./groups.ts";
import { randomBelow } from "./random.ts";

/** Aliases first, as some stub resolvers want it; addresses and mail exchanges in random order. */
export function shuffle(records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  if (records.length < 2) return records;
  const { aliases, addresses, exchanges, others } = sortIntoGroups(records);
  shuffleInPlace(addresses);
  shuffleInPlace(exchanges);
  return [...aliases, ...others, ...addresses, ...exchanges];
}

/** Fisher and Yates. */
function shuffleInPlace(records: ResourceRecord[]): void {
  for (let i = records.length - 1; i > 0; i--) {
    const j = randomBelow(i + 1);
    const record = records[i] as ResourceRecord;
    records[i] = records[j] as ResourceRecord;
    records[j] = record;
  }
}
