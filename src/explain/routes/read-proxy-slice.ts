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
  const conditions = endpoint.get("conditions");
  const target = endpoint.get("targetRef");
  return {
    addresses: endpoint
      .get("addresses")
      .items()
      .map((address) => address.text()),
    // What is unknown counts as true, and as not terminating.
    isReady: conditions.get("ready").boolean() ?? true,
    isServing: conditions.get("serving").boolean() ?? true,
    isTerminating: conditions.get("terminating").boolean() ?? false,
    nodeName: endpoint.get("nodeName").text(),
    zone: endpoint.get("zone").text(),
    zoneHints: namesIn(endpoint.get("hints", "forZones")),
    nodeHints: namesIn(endpoint.get("hints", "forNodes")),
    pod: target.get("kind").text() === "Pod" ? target.get("name").text() : "",
  };
}

function namesIn(list: RawField): readonly string[] {
  return list.items().map((item) => item.get("name").text());
}
