import { networkInterfaces } from "node:os";
import type { NetworkInterfaceInfo } from "node:os";
import type { IpFamily } from "../ip-address.ts";
import { familyOf, parseIpAddress } from "../ip-address.ts";
import type { EndpointSliceManifest, NamespaceManifest, ServiceManifest } from "./manifest.ts";
import { SERVICE_NAME_LABEL } from "./manifest.ts";

/** Namespaces that every cluster has. */
export const BUILT_IN_NAMESPACES: readonly string[] = [
  "default",
  "kube-node-lease",
  "kube-public",
  "kube-system",
];

/** A Namespace has its name as a label. */
export function namespaceManifest(
  name: string,
  labels: NamespaceManifest["labels"] = {},
): NamespaceManifest {
  const completed = { ...labels, "kubernetes.io/metadata.name": name };
  return { kind: "Namespace", namespace: "", name, labels: completed };
}

const KUBERNETES = { namespace: "default", name: "kubernetes" };

/** The Service under which a cluster finds its API server. */
export function kubernetesService(clusterIP: string): ServiceManifest {
  const port = { name: "https", port: 443, protocol: "tcp" };
  return {
    kind: "Service",
    ...KUBERNETES,
    labels: { component: "apiserver", provider: "kubernetes" },
    object: {
      kind: "Service",
      ...KUBERNETES,
      type: "ClusterIP",
      clusterIPs: [clusterIP],
      headless: false,
      externalName: "",
      ports: [port],
      externalIPs: [],
      externalHostnames: [],
      publishNotReadyAddresses: false,
    },
    ports: [{ ...port, targetPort: 6443 }],
    selector: {},
    ipFamilies: [familyOf(clusterIP)],
    ipFamilyPolicy: "SingleStack",
  };
}

/** The slice that an API server writes of itself: here it would be on this machine. */
export function kubernetesSlice(address: string): EndpointSliceManifest {
  return {
    kind: "EndpointSlice",
    ...KUBERNETES,
    labels: { [SERVICE_NAME_LABEL]: KUBERNETES.name },
    object: {
      kind: "EndpointSlice",
      ...KUBERNETES,
      serviceName: KUBERNETES.name,
      addressType: familyOf(address),
      endpoints: [
        { addresses: [address], ready: true, hostname: "", nodeName: "", zone: "", podName: "" },
      ],
      ports: [{ name: "https", port: 6443, protocol: "tcp" }],
    },
  };
}

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** The first address that others may reach, 127.0.0.1 without one; IPv4 is preferred. */
export function machineAddress(interfaces: Interfaces = networkInterfaces()): string {
  const all = Object.values(interfaces).flatMap((addresses) => addresses ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !isLinkLocal(address));
  const first = (family: IpFamily): string | undefined =>
    outside.find((info) => info.family === family)?.address;
  const address = first("IPv4") ?? first("IPv6") ?? "127.0.0.1";
  return parseIpAddress(address)?.text ?? "127.0.0.1";
}

/** 169.254.0.0/16 (RFC 3927) and fe80::/10 (RFC 4291 §2.5.6) mean nothing on another link. */
function isLinkLocal(address: string): boolean {
  return /^(169\.254\.|fe[89ab][0-9a-f]:)/i.test(address);
}
