import { Name } from "../../dns/name.ts";
import type { MetadataTable } from "../../server/contract/metadata.ts";
import type { ClusterZone } from "./records/cluster-zone.ts";
import { withoutUnderscore } from "./records/labels.ts";

/** What a name asks for, by the label of metadata without `kubernetes/`; "" for what it does not say. */
export interface NameParts {
  readonly kind?: string;
  readonly namespace?: string;
  readonly service?: string;
  readonly endpoint?: string;
  readonly cluster?: string;
  readonly protocol?: string;
  readonly "port-name"?: string;
  readonly zone?: string;
  readonly "parse-error"?: string;
}

const ERROR: NameParts = { "parse-error": "invalid query name" };
const PARTS = ["kind", "namespace", "service", "endpoint", "protocol", "port-name"] as const;

/**
 * Metadata that a query's name says, whether there is such a name or not.
 * @param zoneOf the plugin's zone that a name is in
 */
export function nameMetadata(
  zoneOf: (name: Name) => ClusterZone | undefined,
  { zonal, multicluster }: { readonly zonal: boolean; readonly multicluster: boolean },
): MetadataTable {
  const parts: (keyof NameParts)[] = [...PARTS, "parse-error"];
  if (multicluster) parts.push("cluster");
  if (zonal) parts.push("zone");
  const entries = parts.map((part) => {
    const value: MetadataTable[string] = ({ qname }) => {
      const zone = zoneOf(qname);
      return (zone && partsOf(qname, zone, zonal)[part]) ?? "";
    };
    return [`kubernetes/${part}`, value] as const;
  });
  return Object.fromEntries(entries);
}

/** As `NameFinder.find` reads names, but all that is in them counts. */
export function partsOf({ key }: Name, zone: ClusterZone, zonal: boolean): NameParts {
  const labels = Name.fromWire(key, key).labels().toReversed();
  const [kind = "", namespace = "", service = "", ...rest] = labels.slice(zone.name.labelCount());
  if (kind === "") return {};
  if (!isKind(kind)) return ERROR;
  const named = { kind, namespace, service };
  const [first = "", second = ""] = rest;
  if (rest.length < 2) return { ...named, endpoint: first };
  if (rest.length === 2) return { ...named, ...twoLabels(first, second, zone) };
  const isZonal = zonal && !zone.isMulticluster && first === "_zone" && kind === "svc";
  if (!isZonal || (second !== "pin" && second !== "prefer")) return ERROR;
  return { ...named, zone: rest.slice(2).toReversed().join(".") };
}

function isKind(label: string): boolean {
  return label === "svc" || label === "pod";
}

/** @param first the one next to the Service */
function twoLabels(first: string, second: string, { isMulticluster }: ClusterZone): NameParts {
  const namesPort = first.startsWith("_") || second.startsWith("_");
  if (isMulticluster && !namesPort) return { cluster: first, endpoint: second };
  return { protocol: withoutUnderscore(first), "port-name": withoutUnderscore(second) };
}
