import type { ObjectsRead } from "../server/contract/cluster-objects.ts";
import { RawField } from "../server/contract/raw-field.ts";

/** An endpoint of an EndpointSlice. */
export interface EndpointSeen {
  readonly addresses: readonly string[];
  /** Of the Pod that it is; "" if it is none. */
  readonly podName: string;
  readonly isReady: boolean;
  readonly isTerminating: boolean;
}

/** Undefined if the slices could not be seen. */
export function endpointsIn(read: ObjectsRead | undefined): EndpointSeen[] | undefined {
  if (read === undefined || read.failure) return undefined;
  return read.objects.flatMap((slice) =>
    new RawField(slice).get("endpoints").items().map(endpointIn),
  );
}

/** Of one endpoint of a slice. */
export function endpointIn(endpoint: RawField): EndpointSeen {
  const conditions = endpoint.get("conditions");
  const target = endpoint.get("targetRef");
  return {
    addresses: endpoint
      .get("addresses")
      .items()
      .map((address) => address.text()),
    podName: target.get("kind").text() === "Pod" ? target.get("name").text() : "",
    // What is unknown counts as ready, and as not terminating.
    isReady: conditions.get("ready").boolean() ?? true,
    isTerminating: conditions.get("terminating").boolean() ?? false,
  };
}
