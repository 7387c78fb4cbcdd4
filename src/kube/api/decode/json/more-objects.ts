import type { ObjectKey } from "../../../cluster-source.ts";
import type { BalancerDraft, NodeDraft, RouteDraft } from "../drafts.ts";
import type { JsonObject } from "./json-value.ts";
import { objectAt, objectsAt, textAt, textsAt } from "./json-value.ts";
import { readLoadBalancer } from "./load-balancer.ts";

export function readNode(object: JsonObject): NodeDraft {
  const status = objectAt(object, "status");
  return {
    addresses: objectsAt(status, "addresses").map((entry) => ({
      type: textAt(entry, "type"),
      address: textAt(entry, "address"),
    })),
    ready: isTrue(status, "Ready"),
  };
}

/** Names of rules and of certificates, as external-dns takes them. */
export function readIngress(object: JsonObject): BalancerDraft {
  const spec = objectAt(object, "spec");
  return {
    hostnames: [
      ...objectsAt(spec, "tls").flatMap((entry) => textsAt(entry, "hosts")),
      ...objectsAt(spec, "rules").map((rule) => textAt(rule, "host")),
    ],
    ingress: readLoadBalancer(object),
  };
}

export function readGateway(object: JsonObject): BalancerDraft {
  const listeners = objectsAt(objectAt(object, "spec"), "listeners");
  const addresses = objectsAt(objectAt(object, "status"), "addresses");
  return {
    hostnames: listeners.map((listener) => textAt(listener, "hostname")),
    ingress: addresses.map((entry) => {
      const value = textAt(entry, "value");
      // An address is one where nothing else is said.
      const isName = textAt(entry, "type") === "Hostname";
      return isName ? { ip: "", hostname: value } : { ip: value, hostname: "" };
    }),
  };
}

/** Parents are Gateways that have accepted the route; one in another namespace must allow it. */
export function readRoute(object: JsonObject, namespace: string): RouteDraft {
  const accepted = objectsAt(objectAt(object, "status"), "parents").filter((parent) => {
    return isTrue(parent, "Accepted");
  });
  const gateways = accepted.flatMap((parent): ObjectKey[] => {
    const reference = objectAt(parent, "parentRef");
    const kind = textAt(reference, "kind");
    if (kind !== "" && kind !== "Gateway") return [];
    return [
      {
        namespace: textAt(reference, "namespace") || namespace,
        name: textAt(reference, "name"),
      },
    ];
  });
  return { hostnames: textsAt(objectAt(object, "spec"), "hostnames"), gateways };
}

/** Whether the object has a condition of the type that is so. */
function isTrue(object: JsonObject, type: string): boolean {
  return objectsAt(object, "conditions").some((condition) => {
    return textAt(condition, "type") === type && textAt(condition, "status") === "True";
  });
}
