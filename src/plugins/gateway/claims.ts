import type {
  ClusterObject,
  Gateway,
  LoadBalancer,
  ObjectKey,
  Route,
  Service,
} from "../../kube/cluster-source.ts";

/** Host names that an object has, as written, and where they lead. */
export interface Claim extends LoadBalancer {
  readonly hostnames: readonly string[];
}

/** `Ingress shop/web` */
export function ownerOf({ kind, namespace, name }: ObjectKey & { readonly kind: string }): string {
  return `${kind} ${namespace}/${name}`;
}

/** @param find the Gateways that are there */
export function claimsOf(
  object: ClusterObject,
  find: (key: ObjectKey) => Gateway | undefined,
): readonly Claim[] {
  switch (object.kind) {
    case "Service":
      return serviceClaims(object);
    case "Ingress":
    case "Gateway":
      return [object];
    case "HTTPRoute":
    case "TLSRoute":
    case "GRPCRoute":
      return routeClaims(object, find);
    default:
      return [];
  }
}

function serviceClaims(service: Service): readonly Claim[] {
  const { hostnames = [], internalHostnames = [], externalIPs, externalHostnames } = service;
  const outside = { hostnames, addresses: externalIPs, targets: externalHostnames };
  const inside = { hostnames: internalHostnames, addresses: service.clusterIPs, targets: [] };
  return [outside, inside].filter((claim) => claim.hostnames.length > 0);
}

/** A route without names of its own has those of its Gateways, which claim them themselves. */
function routeClaims(
  { hostnames, gateways }: Route,
  find: (key: ObjectKey) => Gateway | undefined,
): readonly Claim[] {
  return gateways.flatMap((key) => {
    const gateway = find(key);
    if (!gateway) return [];
    return [{ hostnames, addresses: gateway.addresses, targets: gateway.targets }];
  });
}
