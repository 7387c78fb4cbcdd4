import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Explanation } from "../../src/explain/explanation.ts";
import { Portolan, endAll } from "../run-portolan.ts";
import { namespaceOf } from "./cluster-objects.ts";
import { ControlPlane } from "./control-plane.ts";
import type { ProxyInput } from "./kube-proxy.ts";
import { askKubeProxy } from "./kube-proxy.ts";
import { loadManifests } from "./load-manifests.ts";
import { theirViews } from "./proxy-views.ts";
import { allow } from "./rbac.ts";

/** Has what CoreDNS's role in a kubeadm cluster allows, and no more. */
const DNS = { name: "dns", token: "dns-token", groups: [] };
const VERBS = ["list", "watch"];
const COREDNS_RULES = [
  { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: VERBS },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: VERBS },
];

const CLUSTER = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  sessionAffinity: ClientIP
  loadBalancerSourceRanges: ["203.0.113.0/24"]
  ports: [{ name: http, port: 80, targetPort: 8080 }]
status: { loadBalancer: { ingress: [{ ip: 198.51.100.7 }] } }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-1, namespace: shop, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ name: http, port: 8080, protocol: TCP }]
endpoints:
- { addresses: [10.244.0.5], nodeName: node-a, zone: zone-a, conditions: { ready: true } }
- { addresses: [10.244.0.6], nodeName: node-a, zone: zone-a, conditions: { ready: true } }
- { addresses: [10.244.1.5], nodeName: node-b, zone: zone-b, conditions: { ready: false, serving: true, terminating: true } }
`;
const NODE = {
  Name: "node-a",
  Zone: "zone-a",
  NodeIPs: { IPv4: "172.18.0.2", IPv6: "fd01::2" },
  PodCIDR: { IPv4: "10.244.0.0/16", IPv6: "fd00:10::/56" },
};

const folder = mkdtempSync(join(tmpdir(), "portolan-routes-"));
const conf = join(folder, "Corefile");
let plane: ControlPlane;

beforeAll(async () => {
  plane = await ControlPlane.start({ users: [DNS] });
  const client = plane.client();
  await allow(client, DNS.name, COREDNS_RULES);
  await client.create(namespaceOf("shop"));
  await loadManifests(client, CLUSTER);
  const kubernetes = `kubernetes cluster.local {\n    kubeconfig ${plane.kubeconfig(DNS)}\n  }`;
  writeFileSync(conf, `cluster.local:0 {\n  ${kubernetes}\n}\n`);
});
afterAll(async () => {
  endAll();
  await plane.stop();
  rmSync(folder, { recursive: true });
});

async function explained(...words: readonly string[]): Promise<Explanation> {
  const args = ["explain", ...words, "-routes", "-conf", conf, "-o", "json"];
  const { stdout, stderr } = await new Portolan(args).finished;
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Explanation;
}

async function objectsOf(kind: string, apiVersion: string): Promise<readonly object[]> {
  return (await plane.client().list({ kind, apiVersion, namespace: "shop" })).items;
}

it("says of a Service of an API server what kube-proxy makes of the same objects", async () => {
  const input: ProxyInput = {
    Nodes: [NODE],
    Services: await objectsOf("Service", "v1"),
    Slices: await objectsOf("EndpointSlice", "discovery.k8s.io/v1"),
  };
  const { iptables } = theirViews(askKubeProxy(input)["node-a"]!, "IPv4");
  const theirs = Object.values(iptables).flat();
  const { routes } = await explained("web.shop", "-node", "node-a");
  const ours = (routes?.view?.lines ?? [])
    .filter((line) => line.startsWith("-A "))
    .map((line) => line.replace("POD-CIDR", NODE.PodCIDR.IPv4));
  expect(theirs.length).toBeGreaterThan(15);
  expect(ours.toSorted()).toEqual(theirs.toSorted());
});

it("finds the Service by each address that it has, and says what becomes of a client", async () => {
  const { routes } = await explained("198.51.100.7");
  const [way] = routes?.ports[0]?.ways ?? [];
  expect(way?.entrances).toEqual([{ kind: "load balancer", address: "198.51.100.7", port: 80 }]);
  expect(way?.outcomes.map(({ where, result, to }) => [where, result, to])).toEqual([
    ["node-a", "sent", ["10.244.0.5:8080", "10.244.0.6:8080"]],
    ["node-b", "sent", ["10.244.1.5:8080"]],
    ["any other node", "dropped", []],
  ]);
});
