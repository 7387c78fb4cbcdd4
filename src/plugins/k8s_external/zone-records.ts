import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type {
  ExternalPort,
  ExternalService,
  ExternalServices,
} from "../../server/contract/external-services.ts";
import type { ExternalHost } from "./external-host.ts";
import { selectHosts, showsEndpoints, WHOLE } from "./external-host.ts";
import type { ExternalZone } from "./external-zone.ts";
import { locationsOf } from "./locations.ts";
import type { NameAnswers } from "./name-answers.ts";
import { addressesOf } from "./name-answers.ts";

type Records = Generator<ResourceRecord, void, undefined>;

export interface ZoneRecordsParts {
  readonly zone: ExternalZone;
  readonly services: ExternalServices;
  readonly names: NameAnswers;
  readonly headless: boolean;
}

/** A zone's records, its SOA first and last, the Services by name: what is said when each is asked for. */
export function* zoneRecords(parts: ZoneRecordsParts): Records {
  const { zone, services, headless } = parts;
  const soa = zone.soa(services.serial);
  yield soa;
  yield zone.ns();
  yield* zone.addresses(zone.nameServer, services.nameServers(headless));
  for (const service of services.services()) yield* serviceRecords(service, parts);
  yield soa;
}

function* serviceRecords(service: ExternalService, parts: ZoneRecordsParts): Records {
  const { zone, headless } = parts;
  const owner = zone.below(service.labels);
  const hosts = selectHosts(service, WHOLE, headless);
  if (!owner || hosts.length === 0) return;
  yield* hostRecords(owner, hosts, parts);
  const hasEndpoints = showsEndpoints(service, WHOLE, headless);
  const ports = hasEndpoints ? service.endpoints.flatMap((one) => one.ports) : service.ports;
  for (const { name, protocol } of distinctPorts(ports)) {
    const below = zone.below(`${wire(`_${name}`)}${wire(`_${protocol}`)}${service.labels}`);
    const own = selectHosts(service, { endpoint: "", port: name, protocol }, headless);
    if (below) yield* locations(below, own, parts);
  }
  if (!hasEndpoints) return;
  for (const label of new Set(service.endpoints.map((one) => one.label))) {
    const below = zone.below(label + service.labels);
    const own = selectHosts(service, { ...WHOLE, endpoint: label }, headless);
    if (below) yield* hostRecords(below, own, parts);
  }
}

function* hostRecords(
  owner: Name,
  hosts: readonly ExternalHost[],
  parts: ZoneRecordsParts,
): Records {
  const addresses = parts.zone.addresses(owner, addressesOf(hosts));
  const alias = addresses.length > 0 ? undefined : parts.names.alias(owner, hosts)?.record;
  if (alias) {
    yield alias;
    return;
  }
  yield* addresses.toSorted((a, b) => a.type - b.type);
  yield* locations(owner, hosts, parts);
}

function* locations(
  owner: Name,
  hosts: readonly ExternalHost[],
  { zone, services }: ZoneRecordsParts,
): Records {
  yield* locationsOf(owner, hosts, zone, services.ttlSeconds).answer;
}

/** Those that have a name of their own. */
function distinctPorts(ports: readonly ExternalPort[]): Iterable<ExternalPort> {
  const named = ports.filter(({ name, port }) => name !== "" && port !== 0);
  return new Map(named.map((port) => [`${port.name} ${port.protocol}`, port])).values();
}

function wire(label: string): string {
  return String.fromCharCode(label.length) + label;
}
