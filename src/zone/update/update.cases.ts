import { formatRcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import { formatRecord } from "../../dns/presentation.ts";
import { parseUpdate } from "../../testing/update.ts";
import { parseZoneText } from "../file/zone-text.ts";
import { ZoneData } from "../zone-data.ts";
import { checkPrerequisites } from "./prerequisites.ts";
import { scanUpdates } from "./prescan.ts";
import { ZoneEdit } from "./zone-edit.ts";

export const ORIGIN: Name = Name.parse("example.org.");

const TEXT = `$TTL 60
@ SOA ns host 7 3600 600 86400 60
@ NS ns
@ NS ns2
@ MX 10 mail
ns A 192.0.2.53
ns2 A 192.0.2.54
www A 192.0.2.1
www A 192.0.2.2
www TXT "a"
alias CNAME www
a.b.deep A 192.0.2.9
dn DNAME elsewhere.
`;

export function zoneData(text = TEXT): ZoneData {
  const data = new ZoneData(ORIGIN);
  for (const record of parseZoneText(text, { origin: ORIGIN, file: "zone" })) data.add(record);
  return data;
}

/** What comes of an update in the words of *nsupdate*: a response code, or the changes, `-` and `+`, SOA records by their serial numbers. */
export function outcomeOf(lines: readonly string[], data: ZoneData = zoneData()): string[] {
  const { prerequisites, updates } = parseUpdate(ORIGIN, lines);
  const verdict = checkPrerequisites(data, prerequisites) ?? scanUpdates(ORIGIN, updates);
  if (verdict) return [formatRcode(verdict.rcode)];
  const edit = new ZoneEdit(data);
  for (const record of updates) edit.apply(record);
  const { removed = [], added = [] } = edit.change() ?? {};
  const told = (sign: string) => (record: (typeof removed)[number]) =>
    `${sign} ${formatRecord(record)}`
      .replaceAll(".example.org.", "")
      .replace("example.org.", "@")
      .replace(" IN", "")
      .replace(/ SOA .* (\d+) 3600 600.*/, " SOA $1");
  return [...removed.map(told("-")), ...added.map(told("+"))].toSorted();
}
