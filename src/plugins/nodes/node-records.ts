import type { FoundName } from "../../cluster/cluster-names.ts";
import type { ServedZone } from "../../cluster/served-zone.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { SRV } from "../../dns/rdata/srv.ts";
import type { Query } from "../../server/contract/query.ts";
import type { ExposedService, NodePort } from "./exposed-service.ts";
import type { ShownNode } from "./node-table.ts";
import { nodeName } from "./zones.ts";

const WHOLE_WEIGHT = 100;

/** A question about a Service, and where it is reached. */
export interface AskedService {
  readonly zone: ServedZone;
  readonly query: Query;
  /** `nodeport.ZONE`, as the client writes it. */
  readonly origin: Name;
  readonly service: ExposedService;
  readonly places: readonly ShownNode[];
}

/** `web.shop`: the addresses of nodes, and all ports. */
export function serviceRecords(asked: AskedService): FoundName {
  const { zone, query, places, service } = asked;
  if (query.qtype === RrType.SRV) return locations(asked, service.ports);
  const addresses = places.flatMap((node) => reachable(node, service));
  return { answer: zone.addresses(query.qname, query.qtype, addresses) };
}

/** `_http._tcp.web.shop`, and `_tcp.web.shop` above it; undefined if there is no such port. */
export function portRecords(asked: AskedService, labels: readonly string[]): FoundName | undefined {
  const [protocol, port] = labels.toReversed();
  const own = asked.service.ports.filter((one) => protocol === `_${one.protocol}`);
  const named = own.filter(({ name }) => name !== "");
  if (port === undefined) return named.length > 0 ? { answer: [] } : undefined;
  const chosen = named.filter(({ name }) => port === `_${name.toLowerCase()}`);
  if (chosen.length === 0) return undefined;
  return asked.query.qtype === RrType.SRV ? locations(asked, chosen) : { answer: [] };
}

/** RFC 2782: each node with each port, all alike. */
function locations(
  { zone, query, origin, places, service }: AskedService,
  ports: readonly NodePort[],
): FoundName {
  const weight = Math.max(1, Math.floor(WHOLE_WEIGHT / Math.max(1, places.length)));
  const targets = places.flatMap((node) => {
    const target = nodeName(node.labels, origin);
    const addresses = reachable(node, service);
    return target && addresses.length > 0 ? [{ target, addresses }] : [];
  });
  const numbers = [...new Set(ports.map(({ nodePort }) => nodePort))];
  return {
    answer: targets.flatMap(({ target }) =>
      numbers.map((port) => {
        const rdata = SRV.encode({ priority: 0, weight, port, target });
        return zone.record(query.qname, RrType.SRV, rdata);
      }),
    ),
    additional: targets.flatMap(({ target, addresses }) =>
      addresses.map((address) => zone.address(target, address)),
    ),
  };
}

/** A Service of one family is reached by addresses of that family. */
function reachable({ addresses }: ShownNode, { hasIpv4, hasIpv6 }: ExposedService): string[] {
  return addresses.filter((address) => (address.includes(":") ? hasIpv6 : hasIpv4));
}
