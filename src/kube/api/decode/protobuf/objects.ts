import type { ClusterObject, Kind, ObjectKey } from "../../../cluster-source.ts";
import type { BalancerDraft, MetadataDraft, Wanted } from "../drafts.ts";
import { newService } from "../drafts.ts";
import type { ObjectReader } from "../object-events.ts";
import { StreamError } from "../stream-error.ts";
import { keyOf, thinBalancer, thinNode, thinPod, thinService, thinSlice } from "../thin.ts";
import { takeSlice } from "./endpoint-slice.ts";
import { takeIngressObject } from "./ingress.ts";
import { takeKeptLabels, takeObjectMeta } from "./metadata.ts";
import { takeNode } from "./node.ts";
import { takePod } from "./pod.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import type { TakeField } from "./protobuf-reader.ts";
import { takeService } from "./service.ts";

const METADATA = 1;

/**
 * Of the octets of objects, without their envelope.
 *
 * @throws StreamError for a kind that has none
 */
export function protobufReader({ kind, keptLabels }: Wanted): ObjectReader<Buffer> {
  const read = objectReader(kind);
  if (keptLabels.size === 0) return { metadata: readMetadata, object: read };
  const object: typeof read = (octets, metadata) => {
    readKeptLabels(octets, metadata, keptLabels);
    return read(octets, metadata);
  };
  return { metadata: readMetadata, object };
}

function readKeptLabels(octets: Buffer, draft: MetadataDraft, names: ReadonlySet<string>): void {
  new ProtobufReader(octets).whole({ draft, names }, (field, target, source) => {
    if (field === METADATA) source.message(target, takeKeptLabels);
  });
}

function objectReader(kind: Kind): ObjectReader<Buffer>["object"] {
  switch (kind) {
    case "Service":
      return reader(kind, newService, takeService, thinService);
    case "EndpointSlice":
      return reader(
        kind,
        () => ({ addressType: "", endpoints: [], ports: [] }),
        takeSlice,
        thinSlice,
      );
    case "Pod":
      return reader(kind, () => ({ phase: "", podIP: "", podIPs: [] }), takePod, thinPod);
    case "Namespace":
      return reader(
        kind,
        () => undefined,
        () => undefined,
        ({ name }) => ({ kind: "Namespace", namespace: "", name }),
      );
    case "Node":
      return reader(kind, () => ({ addresses: [], ready: false }), takeNode, thinNode);
    case "Ingress":
      return reader(
        kind,
        () => ({ hostnames: [], ingress: [] }),
        takeIngressObject,
        (key, draft: BalancerDraft, metadata) => thinBalancer(kind, key, draft, metadata),
      );
    default:
      // Custom resources have no protobuf.
      throw new StreamError(`Cannot read ${kind}: it does not come as protobuf`);
  }
}

/** Reads metadata and the rest, which `take` knows, in whatever order they come. */
function reader<T>(
  kind: Kind,
  newDraft: () => T,
  take: TakeField<T>,
  thin: (key: ObjectKey, draft: T, metadata: MetadataDraft) => ClusterObject,
): ObjectReader<Buffer>["object"] {
  return (octets, metadata) => {
    const draft = newDraft();
    new ProtobufReader(octets).whole(draft, (field, target, source) => {
      if (field === METADATA) source.message(metadata, takeObjectMeta);
      else take(field, target, source);
    });
    return thin(keyOf(kind, metadata), draft, metadata);
  };
}

function readMetadata(octets: Buffer, metadata: MetadataDraft): void {
  new ProtobufReader(octets).whole(metadata, takeMetadata);
}

function takeMetadata(field: number, metadata: MetadataDraft, source: ProtobufReader): void {
  if (field === METADATA) source.message(metadata, takeObjectMeta);
}
