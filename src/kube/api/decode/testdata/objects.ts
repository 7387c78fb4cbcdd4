/** An object to be made on an API server. */
export interface ApiObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: object;
    readonly annotations?: object;
  };
  readonly [field: string]: unknown;
}

/** By kind: path of the API group and name of the resource. */
export const PATHS: Readonly<Record<string, readonly [root: string, plural: string]>> = {
  Namespace: ["/api/v1", "namespaces"],
  Service: ["/api/v1", "services"],
  EndpointSlice: ["/apis/discovery.k8s.io/v1", "endpointslices"],
  Pod: ["/api/v1", "pods"],
  ServiceImport: ["/apis/multicluster.x-k8s.io/v1alpha1", "serviceimports"],
};

/** As much of the Multi-Cluster Services API as a server needs to keep ServiceImports. */
export const SERVICE_IMPORT_CRD = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: {
    name: "serviceimports.multicluster.x-k8s.io",
    annotations: { "api-approved.kubernetes.io": "unapproved, test" },
  },
  spec: {
    group: "multicluster.x-k8s.io",
    names: { kind: "ServiceImport", plural: "serviceimports" },
    scope: "Namespaced",
    versions: [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        },
      },
    ],
  },
};

const core = (kind: string, name: string, fields: object, namespace = "crane-ns"): ApiObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace },
  ...fields,
});

const slice = (name: string, labels: object, fields: object, annotations = {}): ApiObject => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name, namespace: "crane-ns", labels, annotations },
  ...fields,
});

const PORT = { name: "web", port: 80, protocol: "TCP" };
const POD_SPEC = { nodeName: "node-a", containers: [{ name: "main", image: "main" }] };

/** What harbor.yaml has not. The first one of each kind is changed and deleted. */
export const EXTRA_OBJECTS: readonly ApiObject[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "brief-ns" } },
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "sunk-ns" } },
  core("Service", "balanced", {
    spec: {
      type: "LoadBalancer",
      selector: { app: "balanced" },
      publishNotReadyAddresses: true,
      ipFamilyPolicy: "PreferDualStack",
      ports: [PORT, { name: "web-udp", port: 80, protocol: "UDP" }],
      externalIPs: ["198.51.100.7"],
    },
    status: { loadBalancer: { ingress: [{ ip: "203.0.113.1" }, { hostname: "lb.example.org" }] } },
  }),
  core("Service", "portless", { spec: { clusterIP: "None" } }),
  slice(
    "moored",
    { "kubernetes.io/service-name": "balanced" },
    {
      addressType: "IPv4",
      ports: [{ ...PORT, appProtocol: "kubernetes.io/h2c" }, { name: "any" }, {}],
      endpoints: [
        {
          addresses: ["172.17.9.1"],
          conditions: { ready: false, serving: true, terminating: true },
          hostname: "moored-0",
          nodeName: "node-a",
          zone: "zone-a",
          targetRef: { kind: "Pod", name: "moored-0", namespace: "crane-ns" },
          hints: { forZones: [{ name: "zone-a" }] },
        },
        { addresses: ["172.17.9.2"], targetRef: { kind: "Node", name: "node-a" } },
      ],
    },
    {
      "endpoints.kubernetes.io/last-change-trigger-time": "2026-03-01T12:00:00.250Z",
      note: "Köge Bugt ⚓",
    },
  ),
  slice(
    "afar",
    {
      "multicluster.kubernetes.io/service-name": "afar",
      "multicluster.kubernetes.io/source-cluster": "north",
    },
    { addressType: "IPv6", ports: [PORT], endpoints: [{ addresses: ["2001:db8::5"] }] },
  ),
  slice("named", {}, { addressType: "FQDN", endpoints: [{ addresses: ["a.example.org"] }] }),
  slice("bare", {}, { addressType: "IPv4", endpoints: [] }),
  core("Pod", "crew", {
    spec: POD_SPEC,
    status: {
      phase: "Running",
      podIP: "172.17.9.1",
      podIPs: [{ ip: "172.17.9.1" }, { ip: "fd00::9" }],
    },
  }),
  core("Pod", "leaving", {
    spec: POD_SPEC,
    status: { phase: "Running", podIP: "172.17.9.3", podIPs: [{ ip: "172.17.9.3" }] },
  }),
  {
    apiVersion: "multicluster.x-k8s.io/v1alpha1",
    kind: "ServiceImport",
    metadata: { name: "brief", namespace: "crane-ns" },
    spec: { type: "ClusterSetIP", ips: ["10.112.0.9"], ports: [{ name: "web", port: 80 }] },
  },
  {
    apiVersion: "multicluster.x-k8s.io/v1alpha1",
    kind: "ServiceImport",
    metadata: { name: "afar", namespace: "crane-ns" },
    spec: { type: "Headless", ports: [{ ...PORT, protocol: "UDP" }] },
  },
];
