import type { ClusterObject, Kind, ObjectKey } from "../../../cluster-source.ts";
import type {
  EndpointDraft,
  MetadataDraft,
  PodDraft,
  PortDraft,
  ServiceDraft,
  ServiceImportDraft,
  SliceDraft,
  Wanted,
} from "../drafts.ts";
import { ANNOTATIONS, keepLabel, LABELS } from "../drafts.ts";
import type { ObjectReader } from "../object-events.ts";
import {
  checkedPort,
  giveNodePort,
  keyOf,
  podNameOf,
  protocolOf,
  thinBalancer,
  thinNode,
  thinPod,
  thinRoute,
  thinService,
  thinServiceImport,
  thinSlice,
} from "../thin.ts";
import { readGateway, readIngress, readNode, readRoute } from "./more-objects.ts";
import { readLoadBalancer } from "./load-balancer.ts";
import type { JsonObject } from "./json-value.ts";
import {
  booleanAt,
  numberAt,
  objectAt,
  objectsAt,
  sharedTextAt,
  textAt,
  textsAt,
} from "./json-value.ts";

/** Of objects as JSON.parse makes them. */
export function jsonReader({ kind, keptLabels }: Wanted): ObjectReader<JsonObject> {
  return {
    metadata: fillMetadata,
    object: (object, metadata) => {
      fillMetadata(object, metadata);
      keepLabels(object, metadata, keptLabels);
      return readObject(kind, object, keyOf(kind, metadata), metadata);
    },
  };
}

function readObject(
  kind: Kind,
  object: JsonObject,
  key: ObjectKey,
  metadata: MetadataDraft,
): ClusterObject {
  switch (kind) {
    case "Service":
      return thinService(key, readService(object), metadata);
    case "EndpointSlice":
      return thinSlice(key, readSlice(object), metadata);
    case "Pod":
      return thinPod(key, readPod(object), metadata);
    case "Namespace":
      return { kind, namespace: "", name: key.name };
    case "ServiceImport":
      return thinServiceImport(key, readServiceImport(object));
    case "Node":
      return thinNode(key, readNode(object), metadata);
    case "Ingress":
      return thinBalancer(kind, key, readIngress(object), metadata);
    case "Gateway":
      return thinBalancer(kind, key, readGateway(object), metadata);
    default:
      return thinRoute(kind, key, readRoute(object, key.namespace), metadata);
  }
}

function fillMetadata(object: JsonObject, draft: MetadataDraft): void {
  const metadata = objectAt(object, "metadata");
  draft.name = textAt(metadata, "name");
  draft.namespace = sharedTextAt(metadata, "namespace");
  draft.resourceVersion = textAt(metadata, "resourceVersion");
  draft.isTerminating = textAt(metadata, "deletionTimestamp") !== "";
  const labels = objectAt(metadata, "labels");
  for (const [label, field] of LABELS) draft[field] = textAt(labels, label);
  const annotations = objectAt(metadata, "annotations");
  for (const [annotation, field] of ANNOTATIONS) draft[field] = textAt(annotations, annotation);
}

function keepLabels(object: JsonObject, draft: MetadataDraft, names: Wanted["keptLabels"]): void {
  if (names.size === 0) return;
  const labels = objectAt(objectAt(object, "metadata"), "labels");
  for (const name of names) {
    if (Object.hasOwn(labels, name)) keepLabel(draft, name, sharedTextAt(labels, name));
  }
}

function readService(object: JsonObject): ServiceDraft {
  const spec = objectAt(object, "spec");
  return {
    type: sharedTextAt(spec, "type"),
    clusterIP: textAt(spec, "clusterIP"),
    clusterIPs: textsAt(spec, "clusterIPs"),
    externalName: textAt(spec, "externalName"),
    externalIPs: textsAt(spec, "externalIPs"),
    ingress: readLoadBalancer(object),
    ports: readPorts(spec),
    publishNotReadyAddresses: booleanAt(spec, "publishNotReadyAddresses", false),
    hasSelector: Object.keys(objectAt(spec, "selector")).length > 0,
    isLocal: textAt(spec, "externalTrafficPolicy") === "Local",
  };
}

function readPorts(parent: JsonObject): PortDraft[] {
  return objectsAt(parent, "ports").map((port) => {
    const draft: PortDraft = {
      name: sharedTextAt(port, "name"),
      port: checkedPort(numberAt(port, "port")),
      protocol: protocolOf(textAt(port, "protocol")),
    };
    giveNodePort(draft, numberAt(port, "nodePort"));
    return draft;
  });
}

function readSlice(object: JsonObject): SliceDraft {
  return {
    addressType: textAt(object, "addressType"),
    endpoints: objectsAt(object, "endpoints").map(readEndpoint),
    ports: readPorts(object),
  };
}

function readEndpoint(endpoint: JsonObject): EndpointDraft {
  const target = objectAt(endpoint, "targetRef");
  return {
    addresses: textsAt(endpoint, "addresses"),
    ready: booleanAt(objectAt(endpoint, "conditions"), "ready", true),
    hostname: textAt(endpoint, "hostname"),
    nodeName: sharedTextAt(endpoint, "nodeName"),
    zone: sharedTextAt(endpoint, "zone"),
    podName: podNameOf(textAt(target, "kind"), textAt(target, "name")),
  };
}

function readPod(object: JsonObject): PodDraft {
  const status = objectAt(object, "status");
  const podIPs = objectsAt(status, "podIPs").map((entry) => textAt(entry, "ip"));
  return {
    phase: sharedTextAt(status, "phase"),
    podIP: textAt(status, "podIP"),
    podIPs: podIPs.includes("") ? podIPs.filter((address) => address !== "") : podIPs,
  };
}

function readServiceImport(object: JsonObject): ServiceImportDraft {
  const spec = objectAt(object, "spec");
  return { type: textAt(spec, "type"), ips: textsAt(spec, "ips"), ports: readPorts(spec) };
}
