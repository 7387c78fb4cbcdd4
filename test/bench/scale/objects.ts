import { createHash } from "node:crypto";
import type { KubernetesObject } from "../../cluster/kubernetes-object.ts";

/** How large a cluster is to be. */
export interface Size {
  readonly services: number;
  readonly pods: number;
}

/** What a question must be answered with, sorted. */
export interface Expectation {
  readonly qname: string;
  readonly addresses: readonly string[];
}

export const NAMESPACES = 100;
export const ENDPOINTS = 5;
const NODES = 250;
const ZONES = 3;
/** One Service in ten has no ClusterIP. */
const HEADLESS = 10;
/** 10.97.0.0, in the API server's 10.96.0.0/12; the API server itself takes from the start of that. */
const SERVICE_NETWORK = 0x0a61_0000;
/** 10.128.0.0/9 */
const POD_NETWORK = 0x0a80_0000;
const TIME = "2026-06-01T12:00:00Z";

/** Objects as the controllers of a real cluster make them, the same ones every time; Namespaces first. */
export function namespaces(): KubernetesObject[] {
  return numbers(NAMESPACES).map((n) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespaceOf(n), labels: { team: `team-${n}` } },
  }));
}

export function service(n: number): KubernetesObject {
  const app = serviceName(n);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: app, namespace: namespaceOf(n), labels: labelsOf(n) },
    spec: {
      clusterIP: isHeadless(n) ? "None" : clusterIp(n),
      selector: { "app.kubernetes.io/name": app },
      ports: [
        { name: "http", port: 80, targetPort: 8080 },
        { name: "metrics", port: 9090, targetPort: 9090 },
      ],
    },
  };
}

/** @param first number of the first of its pods; by default nobody else's */
export function endpointSlice(n: number, first: number = n * ENDPOINTS): KubernetesObject {
  const app = serviceName(n);
  const headless = isHeadless(n) ? { "service.kubernetes.io/headless": "" } : {};
  const managedBy = { "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" };
  const owner = { apiVersion: "v1", kind: "Service", name: app, uid: uidOf(app) };
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${app}-${suffixOf(app)}`,
      namespace: namespaceOf(n),
      labels: { ...labelsOf(n), ...managedBy, ...headless, "kubernetes.io/service-name": app },
      annotations: { "endpoints.kubernetes.io/last-change-trigger-time": TIME },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    addressType: "IPv4",
    ports: [
      { name: "http", port: 8080, protocol: "TCP" },
      { name: "metrics", port: 9090, protocol: "TCP" },
    ],
    endpoints: numbers(ENDPOINTS).map((index) => endpoint(n, first + index)),
  };
}

/** The pods of Services, in their order: five each. */
export function pod(n: number): KubernetesObject {
  const of = Math.floor(n / ENDPOINTS);
  const container = { name: "app", image: `registry.example/team/${serviceName(of)}:1.4.2` };
  const env = ["DATABASE_URL", "LOG_LEVEL", "REGION"].map((name) => ({ name, value: "a value" }));
  const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: podName(of, n), namespace: namespaceOf(of), labels: labelsOf(of) },
    spec: { nodeName: nodeOf(n), containers: [{ ...container, env, resources }] },
    status: {
      phase: "Running",
      podIP: podIp(n),
      podIPs: [{ ip: podIp(n) }],
      hostIP: "192.0.2.10",
      startTime: TIME,
      conditions: ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({
        type,
        status: "True",
        lastTransitionTime: TIME,
      })),
      containerStatuses: [
        {
          ...container,
          ready: true,
          restartCount: 0,
          imageID: `${container.image}@sha256:${digestOf(container.image)}`,
          containerID: `containerd://${digestOf(podName(of, n))}`,
          state: { running: { startedAt: TIME } },
        },
      ],
    },
  };
}

/** What is asked to see that all kinds have been read: of each the one that was created last. */
export function expectations({ services, pods }: Size): Expectation[] {
  const last = (headless: boolean) =>
    numbers(services).findLast((n) => isHeadless(n) === headless) ?? 0;
  const nameOf = (n: number) => `${serviceName(n)}.${namespaceOf(n)}.svc.cluster.local`;
  const withAddress = last(false);
  const headless = last(true);
  const endpoints = numbers(ENDPOINTS).map((index) => podIp(headless * ENDPOINTS + index));
  const lastPod = pods - 1;
  const dashed = podIp(lastPod).replaceAll(".", "-");
  const namespace = namespaceOf(Math.floor(lastPod / ENDPOINTS));
  return [
    { qname: nameOf(withAddress), addresses: [clusterIp(withAddress)] },
    { qname: nameOf(headless), addresses: endpoints.toSorted() },
    ...(pods === 0
      ? []
      : [{ qname: `${dashed}.${namespace}.pod.cluster.local`, addresses: [podIp(lastPod)] }]),
  ];
}

export function podIp(n: number): string {
  return formatAddress(POD_NETWORK + n);
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

function endpoint(service: number, pod: number) {
  const name = podName(service, pod);
  return {
    addresses: [podIp(pod)],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: nodeOf(pod),
    zone: `region-1${"abc"[pod % ZONES]}`,
    targetRef: { kind: "Pod", namespace: namespaceOf(service), name, uid: uidOf(name) },
  };
}

function labelsOf(n: number): Record<string, string> {
  return { "app.kubernetes.io/name": serviceName(n), "app.kubernetes.io/part-of": "bench" };
}

function isHeadless(n: number): boolean {
  return n % HEADLESS === 0;
}

function serviceName(n: number): string {
  return `service-${n}`;
}

function namespaceOf(n: number): string {
  return `team-${n % NAMESPACES}`;
}

function nodeOf(n: number): string {
  return `node-${n % NODES}.region-1.example`;
}

/** As a Deployment names them. */
function podName(service: number, pod: number): string {
  const app = serviceName(service);
  return `${app}-${digestOf(app).slice(0, 10)}-${suffixOf(`pod ${pod}`)}`;
}

function suffixOf(text: string): string {
  return digestOf(text).slice(0, 5);
}

function uidOf(text: string): string {
  return digestOf(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function clusterIp(n: number): string {
  return formatAddress(SERVICE_NETWORK + n);
}

function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}
