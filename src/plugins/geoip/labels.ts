import type { GeoRecord, Schema } from "./geo-database.ts";

interface Label {
  readonly schema: Schema;
  readonly read: (record: GeoRecord) => string;
}

/** Labels of metadata, and where they are in a database's record. Values are CoreDNS's. */
export const LABELS: Readonly<Record<string, Label>> = {
  "geoip/city/name": city((record) => text(at(record, "city", "names", "en"))),
  "geoip/country/code": city((record) => text(at(record, "country", "iso_code"))),
  "geoip/country/name": city((record) => text(at(record, "country", "names", "en"))),
  "geoip/country/is_in_european_union": city((record) => {
    return `${at(record, "country", "is_in_european_union") === true}`;
  }),
  "geoip/continent/code": city((record) => text(at(record, "continent", "code"))),
  "geoip/continent/name": city((record) => text(at(record, "continent", "names", "en"))),
  "geoip/subdivisions/code": city((record) => {
    const all = at(record, "subdivisions");
    return Array.isArray(all) ? all.map((one) => text(at(one, "iso_code"))).join(",") : "";
  }),
  "geoip/latitude": city((record) => decimal(at(record, "location", "latitude"))),
  "geoip/longitude": city((record) => decimal(at(record, "location", "longitude"))),
  "geoip/timezone": city((record) => text(at(record, "location", "time_zone"))),
  "geoip/postalcode": city((record) => text(at(record, "postal", "code"))),
  "geoip/asn/number": asn((record) => decimal(at(record, "autonomous_system_number") ?? 0)),
  "geoip/asn/org": asn((record) => text(at(record, "autonomous_system_organization"))),
};

function city(read: Label["read"]): Label {
  return { schema: "city", read };
}

function asn(read: Label["read"]): Label {
  return { schema: "asn", read };
}

/** A database is somebody else's: nothing in it need be what it should. */
function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** All digits and no exponent, as Go's 'f' with -1. */
function decimal(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "number" || !Number.isFinite(value)) return "";
  const plain = String(value);
  return plain.includes("e") ? value.toFixed(20).replace(/\.?0+$/, "") : plain;
}
