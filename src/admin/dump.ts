import { Name } from "../dns/name.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import { formatRecord } from "../dns/presentation.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import { BadRequest } from "../http/admin/read-json.ts";
import { TextStream } from "../http/admin/text-stream.ts";
import type { Configuration } from "../server/configuration.ts";
import { QueryError } from "../server/contract/query-error.ts";
import { zoneSource } from "../server/contract/zone-source.ts";
import { fieldsOf, textIn } from "./request-fields.ts";

/** About 16 KB of text. */
const RECORDS_A_PIECE = 200;
/** Queries wait for a piece, ... */
const PIECE_MS = 1;
/** ... and the clock is looked at after so many records. */
const RECORDS_A_LOOK = 16;

type Instances = Pick<Configuration, "instances">;

/** Some records, and where they come from. */
interface Section {
  readonly zone: Name;
  readonly from: string;
  readonly records: Iterable<ResourceRecord>;
}

/** For a body that says which zone: `{"zone": "cluster.local"}`; all of them without it. */
export function dumpFor(configuration: Instances, body: unknown): TextStream {
  return new TextStream(dump(configuration, textIn(fieldsOf(body, ["zone"]), "zone")));
}

/**
 * What is served of a zone, or of all, as zone files (RFC 1035 §5) in pieces. Records that change while it is
 * written are as they were at their turn.
 * @throws {BadRequest} if there is no such zone, or it is not known yet; before there is a piece
 */
export function dump(configuration: Instances, zone: string | undefined): Iterable<string> {
  const name = zone === undefined ? undefined : Name.tryParse(zone);
  if (zone !== undefined && !name) throw new BadRequest(`Cannot dump "${zone}": it is no name`);
  const sections = sectionsOf(configuration, name);
  if (sections.length === 0) throw noSuchZone(configuration, name);
  return pieces(sections);
}

function sectionsOf({ instances }: Instances, wanted: Name | undefined): Section[] {
  return instances.flatMap(({ plugin, instance, directive }) => {
    const from = `plugin/${plugin}, ${directive.file}:${directive.line}`;
    return zoneSource.among(instance.offers ?? []).flatMap((source) => {
      const zones = source.zones.filter((one) => wanted === undefined || one.equals(wanted));
      try {
        return zones.map((zone) => ({ zone, from, records: source.records(zone) }));
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
        throw new BadRequest(`Cannot dump: ${from}: ${error.message}`, 503, 1);
      }
    });
  });
}

function noSuchZone({ instances }: Instances, name: Name | undefined): BadRequest {
  const known = instances.flatMap(({ instance }) =>
    zoneSource.among(instance.offers ?? []).flatMap(({ zones }) => zones.map(String)),
  );
  const hint = known.length === 0 ? "no plugin can list a zone" : `known are ${known.join(", ")}`;
  return new BadRequest(`Cannot dump ${name ? `"${name}"` : "zones"}: ${hint}`);
}

function* pieces(sections: readonly Section[]): Generator<string, void, undefined> {
  let [piece, count, inPiece] = ["", 0, 0];
  let beganMs = performance.now();
  for (const { zone, from, records } of sections) {
    piece += `; zone "${zone}", of ${from}\n`;
    for (const line of linesOf(zone, records)) {
      piece += `${line}\n`;
      count++;
      if (++inPiece % RECORDS_A_LOOK !== 0) continue;
      if (inPiece < RECORDS_A_PIECE && performance.now() - beganMs < PIECE_MS) continue;
      yield piece;
      [piece, inPiece] = ["", 0];
      beganMs = performance.now();
    }
  }
  yield `${piece}; end, ${count} records\n`;
}

/** Its SOA record once, and what a zone file has to have besides. */
function* linesOf(
  zone: Name,
  records: Iterable<ResourceRecord>,
): Generator<string, void, undefined> {
  let soa: ResourceRecord | undefined;
  let isBehindSoa = false;
  for (const record of records) {
    if (record.type === RrType.SOA && soa) continue;
    if (isBehindSoa && !isNameServer(record, zone)) yield standInFor(zone);
    isBehindSoa = record.type === RrType.SOA;
    if (isBehindSoa) soa = record;
    yield formatRecord(record);
  }
  if (isBehindSoa) yield standInFor(zone);
  if (!soa) yield `; no SOA record is served for "${zone}": to load this as a zone, add one`;
}

function isNameServer({ type, owner }: ResourceRecord, zone: Name): boolean {
  return type === RrType.NS && owner.equals(zone);
}

/** As those of hosts, which nobody asks for name servers. */
function standInFor(zone: Name): string {
  return `${zone} 0 IN NS nobody.invalid. ; not served: a zone file has to have one`;
}
