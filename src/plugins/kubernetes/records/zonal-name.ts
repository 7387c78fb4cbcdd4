import { SVC } from "./labels.ts";

/** `TOPOLOGY-ZONE.pin._zone.SERVICE.NAMESPACE.svc`, taken apart. */
export interface ZonalName {
  /** All of it, in lower-case wire form like its parts. */
  readonly labels: string;
  /** One label or more: the value that endpoints have may have dots. */
  readonly topologyZone: string;
  /** `prefer` means all endpoints where none is in the topology zone, `pin` none. */
  readonly directive: "pin" | "prefer";
  /** The labels of Service and namespace. */
  readonly service: string;
}

const ANCHOR = "\u0005_zone";
const DIRECTIVES: ReadonlyMap<string, ZonalName["directive"]> = new Map([
  ["\u0003pin", "pin"],
  ["\u0006prefer", "prefer"],
]);
/** Directive, anchor, Service, namespace, `svc`. */
const FIXED_LABELS = 5;

/**
 * Takes a name apart that has too many labels for any other; undefined if it is no zonal one.
 * @param key the name in lower-case wire form
 * @param end where the zone that it is in begins
 */
export function parseZonalName(key: string, end: number): ZonalName | undefined {
  const offsets: number[] = [];
  for (let at = 0; at < end; at += key.charCodeAt(at) + 1) offsets.push(at);
  if (offsets.length <= FIXED_LABELS) return undefined;
  const [start = 0, anchor = 0, service = 0, , svc = 0] = offsets.slice(-FIXED_LABELS);
  const directive = DIRECTIVES.get(key.slice(start, anchor));
  const isAnchored = key.slice(anchor, service) === ANCHOR && key.slice(svc, end) === SVC;
  if (directive === undefined || !isAnchored) return undefined;
  return {
    labels: key.slice(0, end),
    topologyZone: key.slice(0, start),
    directive,
    service: key.slice(service, svc),
  };
}
