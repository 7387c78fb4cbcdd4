import { RrType } from "../../dns/iana/rr-type.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";

/** Records by what balancing does with them; each group in the order it had. */
export interface Groups {
  aliases: ResourceRecord[];
  addresses: ResourceRecord[];
  exchanges: ResourceRecord[];
  others: ResourceRecord[];
}

export function sortIntoGroups(records: readonly ResourceRecord[]): Groups {
  const groups: Groups = { aliases: [], addresses: [], exchanges: [], others: [] };
  for (const record of records) groupOf(groups, record.type).push(record);
  return groups;
}

function groupOf(groups: Groups, type: number): ResourceRecord[] {
  if (type === RrType.A || type === RrType.AAAA) return groups.addresses;
  if (type === RrType.CNAME) return groups.aliases;
  return type === RrType.MX ? groups.exchanges : groups.others;
}
