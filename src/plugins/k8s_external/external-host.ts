import type {
  ExternalEndpoint,
  ExternalPort,
  ExternalService,
} from "../../server/contract/external-services.ts";

/** One way to reach something: a host and one of its ports. */
export interface ExternalHost {
  /** Canonical text; undefined if it has a name instead. */
  readonly address: string | undefined;
  /** As written, of a load balancer; undefined if it has an address. */
  readonly hostname: string | undefined;
  /** What the address is called below the zone, in lower-case wire form. */
  readonly labels: string;
  readonly port: number;
}

/** What is asked for below a Service; "" for any. In lower case. */
export interface Selector {
  /** In wire form. */
  readonly endpoint: string;
  readonly port: string;
  readonly protocol: string;
}

export const WHOLE: Selector = { endpoint: "", port: "", protocol: "" };

/**
 * All hosts of a Service that match, one for each address and port; none if there is no such name. External
 * addresses go before endpoints, whatever label is in front of the Service, as in CoreDNS.
 */
export function selectHosts(
  service: ExternalService,
  selector: Selector,
  withHeadless: boolean,
): ExternalHost[] {
  const { addresses, hostnames, labels } = service;
  if (showsEndpoints(service, selector, withHeadless)) {
    return service.endpoints
      .filter(({ label }) => selector.endpoint === "" || label === selector.endpoint)
      .flatMap((endpoint) => endpointHosts(endpoint, labels, selector));
  }
  const ports = service.ports.filter((port) => matches(port, selector));
  const external = [
    ...addresses.map((address) => ({ address, hostname: undefined })),
    ...hostnames.map((hostname) => ({ address: undefined, hostname })),
  ];
  return external.flatMap((one) => ports.map(({ port }) => ({ ...one, labels, port })));
}

/** Whether a name stands for endpoints: where nothing else leads to them from outside. */
export function showsEndpoints(
  { addresses, hostnames, isHeadless }: ExternalService,
  { endpoint }: Selector,
  withHeadless: boolean,
): boolean {
  const isReached = addresses.length > 0 || hostnames.length > 0;
  return withHeadless && !isReached && (isHeadless || endpoint !== "");
}

function endpointHosts(
  { label, address, ports }: ExternalEndpoint,
  service: string,
  selector: Selector,
): ExternalHost[] {
  return ports
    .filter((port) => matches(port, selector))
    .map(({ port }) => ({ address, hostname: undefined, labels: label + service, port }));
}

function matches(port: ExternalPort, { port: name, protocol }: Selector): boolean {
  return (name === "" || name === port.name) && (protocol === "" || protocol === port.protocol);
}
