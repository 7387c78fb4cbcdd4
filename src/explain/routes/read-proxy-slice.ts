import { endpointIn } from "../slices-seen.ts";
import type {
  Protocol,
  ProxySlice,
  ProxySliceEndpoint,
  ProxySlicePort,
} from "../../kube/proxy/proxy-objects.ts";
import { RawField } from "../../server/contract/raw-field.ts";

/** Reads an EndpointSlice (discovery.k8s.io/v1) as kube-proxy does, from JSON or YAML. */
export function readProxySlice(raw: unknown): ProxySlice {
  const slice = new RawField(raw);
  return {
    name: slice.get("metadata", "name").text(),
    addressType: slice.get("addressType").text(),
    ports: slice.get("ports").items().map(slicePort),
    endpoints: slice.get("endpoints").items().map(sliceEndpoint),
  };
}

/** TCP where it is not said. */
export function protocolIn(field: RawField): Protocol {
  const written = field.text().toUpperCase();
  return written === "UDP" ? "udp" : written === "SCTP" ? "sctp" : "tcp";
}

function slicePort(port: RawField): ProxySlicePort {
  return {
    name: port.get("name").text(),
    protocol: protocolIn(port.get("protocol")),
    port: port.get("port").number(),
  };
}

function sliceEndpoint(endpoint: RawField): ProxySliceEndpoint {
  const { podName, ...seen } = endpointIn(endpoint);
  return {
    ...seen,
    isServing: endpoint.get("conditions", "serving").boolean() ?? true,
    nodeName: endpoint.get("nodeName").text(),
    zone: endpoint.get("zone").text(),
    zoneHints: namesIn(endpoint.get("hints", "forZones")),
    nodeHints: namesIn(endpoint.get("hints", "forNodes")),
    pod: podName,
  };
}

function namesIn(list: RawField): readonly string[] {
  return list.items().map((item) => item.get("name").text());
}
