import type { IpFamily } from "../ip-address.ts";
import { familyOf } from "../ip-address.ts";
import type { Protocol, ProxyService } from "./proxy-objects.ts";
import type { SourceRange } from "./source-range.ts";
import { parseSourceRange } from "./source-range.ts";

/** A port of a Service in one family: what kube-proxy makes rules of (pkg/proxy/serviceport.go). */
export interface ProxiedPort {
  readonly family: IpFamily;
  readonly namespace: string;
  readonly service: string;
  readonly portName: string;
  /** `shop/web:http`, or `shop/web` without a name of the port: what comments have. */
  readonly label: string;
  readonly protocol: Protocol;
  readonly clusterIP: string;
  readonly port: number;
  /** 0 for none. */
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  readonly loadBalancerIPs: readonly string[];
  /** Empty for all clients. */
  readonly sourceRanges: readonly SourceRange[];
  readonly healthCheckNodePort: number;
  readonly isInternalLocal: boolean;
  readonly isExternalLocal: boolean;
  readonly stickySeconds: number | undefined;
}

/** The ports that a proxy has rules for: none of a headless Service, nor of an ExternalName. */
export function proxiedPorts(service: ProxyService, family: IpFamily): readonly ProxiedPort[] {
  const clusterIP = service.clusterIPs[family];
  if (service.type === "ExternalName" || service.isHeadless || clusterIP === undefined) return [];
  const { namespace, name, healthCheckNodePort, isInternalLocal, isExternalLocal, stickySeconds } =
    service;
  const isOurs = (address: string): boolean => familyOf(address) === family;
  const ranges = service.sourceRanges
    .flatMap((text) => parseSourceRange(text) ?? [])
    .filter((range) => range.family === family);
  return service.ports.map((port) => ({
    family,
    namespace,
    service: name,
    portName: port.name,
    label: `${namespace}/${name}${port.name === "" ? "" : `:${port.name}`}`,
    protocol: port.protocol,
    clusterIP,
    port: port.port,
    nodePort: port.nodePort,
    externalIPs: service.externalIPs.filter(isOurs),
    loadBalancerIPs: service.ingress
      .filter(({ ip, isVip }) => isVip && isOurs(ip))
      .map(({ ip }) => ip),
    // A range of all is as good as none.
    sourceRanges: ranges.some(({ isAll }) => isAll) ? [] : ranges,
    healthCheckNodePort,
    isInternalLocal,
    isExternalLocal,
    stickySeconds,
  }));
}

/** Whether it is reached by something else than its ClusterIP. */
export function isReachedFromOutside({
  nodePort,
  externalIPs,
  loadBalancerIPs,
}: ProxiedPort): boolean {
  return nodePort !== 0 || externalIPs.length > 0 || loadBalancerIPs.length > 0;
}
