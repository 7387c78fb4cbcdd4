import type { IngressDraft } from "../drafts.ts";
import type { JsonObject } from "./json-value.ts";
import { objectAt, objectsAt, textAt } from "./json-value.ts";

/** status.loadBalancer of a Service or an Ingress. */
export function readLoadBalancer(object: JsonObject): IngressDraft[] {
  const ingress = objectsAt(objectAt(objectAt(object, "status"), "loadBalancer"), "ingress");
  return ingress.map((entry) => ({
    ip: textAt(entry, "ip"),
    hostname: textAt(entry, "hostname"),
  }));
}
