import { isIP } from "node:net";

/**
 * The ClusterIP of a Service of the pod's own namespace, as every container is told
 * (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
 */
export function serviceAddress(
  service: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const address = environment[serviceVariable(service)] ?? "";
  return isIP(address) === 0 ? undefined : address;
}

/** "KUBE_DNS_UPSTREAM_SERVICE_HOST" of "kube-dns-upstream". */
export function serviceVariable(service: string): string {
  return `${service.replaceAll("-", "_").toUpperCase()}_SERVICE_HOST`;
}
