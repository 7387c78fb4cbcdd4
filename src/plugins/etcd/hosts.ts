import type { Name } from "../../dns/name.ts";
import { MX } from "../../dns/rdata/mx.ts";
import { SRV } from "../../dns/rdata/srv.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Keys } from "./keys.ts";
import { addressRecord, isAlias, makeRecord, stripLabels } from "./records.ts";
import type { Service } from "./service.ts";

export interface HostRecords {
  readonly records: readonly ResourceRecord[];
  /** Addresses of hosts that are named by their keys. */
  readonly additional: readonly ResourceRecord[];
  /** Hosts whose addresses are to be looked up. */
  readonly names: readonly Name[];
}

const DEFAULT_WEIGHT = 100;

/** The SRV records of a name. */
export function locations(owner: Name, services: readonly Service[], keys: Keys): HostRecords {
  const totals = new Map<number, number>();
  for (const service of services) {
    totals.set(service.priority, (totals.get(service.priority) ?? 0) + weightOf(service));
  }
  const withPort = services.filter(({ port }) => port !== -1);
  return hostRecords(withPort, keys, (service, target) => {
    const { priority, port } = service;
    const share = (100 / (totals.get(priority) ?? DEFAULT_WEIGHT)) * weightOf(service);
    const rdata = { priority, weight: Math.max(1, Math.floor(share)), port, target };
    return makeRecord(owner, SRV, service, SRV.encode(rdata));
  });
}

/** The MX records of a name. */
export function exchangers(owner: Name, services: readonly Service[], keys: Keys): HostRecords {
  const mail = services.filter((service) => service.mail);
  return hostRecords(mail, keys, (service, exchange) => {
    const rdata = MX.encode({ preference: service.priority, exchange });
    return makeRecord(owner, MX, service, rdata);
  });
}

function weightOf({ weight }: Service): number {
  return weight || DEFAULT_WEIGHT;
}

/** One record of each service: of the host that it names, or of a name made of its key. */
function hostRecords(
  services: readonly Service[],
  keys: Keys,
  make: (service: Service, host: Name) => ResourceRecord,
): HostRecords {
  const records: ResourceRecord[] = [];
  const additional: ResourceRecord[] = [];
  const names = new Map<string, Name>();
  for (const service of services) {
    const name = isAlias(service) ? service.target : service.address && keys.nameOf(service.key);
    if (!name) continue;
    const host = stripLabels(name, service);
    records.push(make(service, host));
    const address = addressRecord(host, service);
    if (address) additional.push(address);
    else names.set(host.key, host);
  }
  return { records, additional, names: [...names.values()] };
}
