import { describe, expect, it } from "vitest";
import type { ClusterObject, Selection } from "../cluster-source.ts";
import { machineAddress } from "./api-server-objects.ts";
import { ServiceCidrs } from "./cluster-ips.ts";
import { ClusterCompleter } from "./complete-cluster.ts";
import { manifestKey } from "./manifest.ts";
import { readDocuments } from "./read-documents.ts";
import { EVERYTHING } from "./testing.ts";

async function complete(
  text: string,
  selection: Partial<Selection> = {},
  cidrs: readonly string[] = ["10.96.0.0/12"],
): Promise<ClusterObject[]> {
  const { manifests, problems } = await readDocuments(text, false);
  expect(problems).toEqual([]);
  const completer = new ClusterCompleter({
    cidrs: new ServiceCidrs(cidrs),
    selection: { ...EVERYTHING, ...selection },
    machineAddress: "192.0.2.9",
  });
  const objects = manifests.map(({ manifest }) => manifest);
  return completer.complete(objects, (message) => expect.fail(message));
}

/** Without what every cluster has. */
async function own(text: string, selection: Partial<Selection> = {}): Promise<string[]> {
  const keys = (await complete(text, selection)).map(manifestKey);
  return keys.filter((key) => !/^Namespace (default|kube-)|kubernetes$/.test(key));
}

async function slices(text: string, cidrs?: readonly string[]): Promise<ClusterObject[]> {
  const objects = await complete(text, {}, cidrs);
  return objects.filter(({ kind, name }) => kind === "EndpointSlice" && name !== "kubernetes");
}

const yaml = (kind: string, metadata: string, rest = ""): string =>
  `---\napiVersion: ${kind === "EndpointSlice" ? "discovery.k8s.io/v1" : "v1"}\nkind: ${kind}\nmetadata: {${metadata}}\n${rest}\n`;

const pod = (name: string, address: string, rest = ""): string =>
  yaml("Pod", `name: ${name}, labels: {app: web}`, `status: {podIP: ${address}}\nspec: {${rest}}`);

describe("an empty cluster", () => {
  it("has the Namespaces of every cluster and its API server", async () => {
    expect(await complete("")).toEqual([
      { kind: "Namespace", namespace: "", name: "default" },
      { kind: "Namespace", namespace: "", name: "kube-node-lease" },
      { kind: "Namespace", namespace: "", name: "kube-public" },
      { kind: "Namespace", namespace: "", name: "kube-system" },
      expect.objectContaining({
        kind: "Service",
        namespace: "default",
        name: "kubernetes",
        clusterIPs: ["10.96.0.1"],
        ports: [{ name: "https", port: 443, protocol: "tcp" }],
      }),
      expect.objectContaining({
        kind: "EndpointSlice",
        name: "kubernetes",
        serviceName: "kubernetes",
        addressType: "IPv4",
        endpoints: [expect.objectContaining({ addresses: ["192.0.2.9"], ready: true })],
        ports: [{ name: "https", port: 6443, protocol: "tcp" }],
      }),
    ]);
  });

  it("has it in the range that is asked for", async () => {
    const objects = await complete("", {}, ["fd00::/112"]);
    expect(objects).toContainEqual(
      expect.objectContaining({ kind: "Service", clusterIPs: ["fd00::1"] }),
    );
  });

  it("may describe the API server itself", async () => {
    const service = yaml("Service", "name: kubernetes", "spec: {clusterIP: 10.96.0.7}");
    const endpoints = yaml(
      "Endpoints",
      "name: kubernetes",
      "subsets: [{addresses: [{ip: 10.0.0.5}]}]",
    );
    const objects = await complete(service + endpoints);
    expect(objects.filter(({ name }) => name.startsWith("kubernetes"))).toEqual([
      expect.objectContaining({ kind: "Service", clusterIPs: ["10.96.0.7"] }),
      expect.objectContaining({
        kind: "EndpointSlice",
        endpoints: [expect.objectContaining({ addresses: ["10.0.0.5"] })],
      }),
    ]);
  });
});

describe("the address of this machine", () => {
  const info = (address: string, family: "IPv4" | "IPv6", internal = false) =>
    ({ address, family, internal, netmask: "", mac: "", cidr: null, scopeid: 0 }) as const;

  it("is the first that others may reach", () => {
    const lo = [info("127.0.0.1", "IPv4", true)];
    const six = [info("fe80::1", "IPv6"), info("2001:db8::1", "IPv6")];
    const four = [info("169.254.0.1", "IPv4"), info("192.0.2.1", "IPv4")];
    expect(machineAddress({ lo, six, four })).toBe("192.0.2.1");
    expect(machineAddress({ lo, six })).toBe("2001:db8::1");
    expect(machineAddress({ lo })).toBe("127.0.0.1");
  });
});

describe("slices", () => {
  const web = yaml(
    "Service",
    "name: web, labels: {team: a}",
    "spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}",
  );
  const container = (port: number): string =>
    `containers: [{ports: [{name: http, containerPort: ${port}}]}]`;

  it("come of the Pods that a Service selects, one for each set of ports", async () => {
    const pods = [
      pod("a", "10.1.1.1", `${container(80)}, nodeName: n`),
      pod("b", "10.1.1.2", container(81)),
      pod("c", "10.1.1.3", container(80)),
      yaml("Pod", "name: d, labels: {app: other}", "status: {podIP: 10.1.1.4}"),
      yaml("Pod", "name: e, namespace: x, labels: {app: web}", "status: {podIP: 10.1.1.5}"),
      yaml("Pod", "name: f, labels: {app: web}", "status: {phase: Succeeded, podIP: 10.1.1.6}"),
      yaml("Pod", "name: g, labels: {app: web}"),
      yaml("Node", "name: n, labels: {topology.kubernetes.io/zone: z}"),
    ];
    const end = { ready: true, hostname: "", nodeName: "", zone: "" };
    const slice = { kind: "EndpointSlice", namespace: "default", serviceName: "web" };
    expect(await slices(web + pods.join(""))).toEqual([
      {
        ...slice,
        name: "web-IPv4-0",
        addressType: "IPv4",
        endpoints: [
          { ...end, addresses: ["10.1.1.1"], podName: "a", nodeName: "n", zone: "z" },
          { ...end, addresses: ["10.1.1.3"], podName: "c" },
        ],
        ports: [{ name: "http", port: 80, protocol: "tcp" }],
      },
      {
        ...slice,
        name: "web-IPv4-1",
        addressType: "IPv4",
        endpoints: [{ ...end, addresses: ["10.1.1.2"], podName: "b" }],
        ports: [{ name: "http", port: 81, protocol: "tcp" }],
      },
    ]);
  });

  it("leave out a port whose name a Pod does not know, or knows with another protocol", async () => {
    const spec = "spec: {containers: [{ports: [{name: http, containerPort: 1, protocol: UDP}]}]}";
    const other = yaml("Pod", "name: a, labels: {app: web}", `status: {podIP: 10.1.1.1}\n${spec}`);
    expect(await slices(web + other)).toMatchObject([
      { endpoints: [{ addresses: ["10.1.1.1"] }], ports: [] },
    ]);
  });

  it("name a Pod whose subdomain is the Service", async () => {
    const text =
      yaml("Service", "name: web", "spec: {clusterIP: None, selector: {app: web}}") +
      pod("a", "10.1.1.1", "hostname: first, subdomain: web") +
      pod("b", "10.1.1.2", "hostname: second, subdomain: other");
    expect(await slices(text)).toMatchObject([
      { endpoints: [{ hostname: "first" }, { hostname: "" }], ports: [] },
    ]);
  });

  it("hold Pods that are not ready, as ready only if the Service publishes them", async () => {
    const rest = "status: {podIP: 10.1.1.1, conditions: [{type: Ready, status: 'False'}]}";
    const unready = yaml("Pod", "name: a, labels: {app: web}", rest);
    expect(await slices(web + unready)).toMatchObject([{ endpoints: [{ ready: false }] }]);
    const published = web.replace("spec: {", "spec: {publishNotReadyAddresses: true, ");
    expect(await slices(published + unready)).toMatchObject([{ endpoints: [{ ready: true }] }]);
  });

  it("are of the Service's families", async () => {
    const status = "status: {podIPs: [{ip: 10.1.1.1}, {ip: 'fd00::1'}]}";
    const dual = yaml("Pod", "name: a, labels: {app: web}", status);
    const both = web.replace("spec: {", "spec: {ipFamilyPolicy: PreferDualStack, ");
    const addresses = (found: ClusterObject[]): unknown =>
      found.map((object) => object.kind === "EndpointSlice" && object.endpoints[0]?.addresses);
    expect(addresses(await slices(web + dual))).toEqual([["10.1.1.1"]]);
    expect(addresses(await slices(both + dual))).toEqual([["10.1.1.1"]]);
    expect(addresses(await slices(both + dual, ["10.96.0.0/12", "fd00::/112"]))).toEqual([
      ["10.1.1.1"],
      ["fd00::1"],
    ]);
  });

  it("come of an Endpoints object before Pods, of the files before both", async () => {
    const endpoints = yaml("Endpoints", "name: web", "subsets: [{addresses: [{ip: 10.2.2.2}]}]");
    const slice = yaml(
      "EndpointSlice",
      "name: s, labels: {kubernetes.io/service-name: web}",
      "addressType: IPv4\nendpoints: [{addresses: [10.3.3.3]}]",
    );
    const text = web + pod("a", "10.1.1.1");
    expect(await slices(text + endpoints)).toMatchObject([
      { name: "web-IPv4-0", endpoints: [{ addresses: ["10.2.2.2"] }] },
    ]);
    expect(await slices(text + endpoints + slice)).toMatchObject([
      { name: "s", endpoints: [{ addresses: ["10.3.3.3"] }] },
    ]);
    expect(await slices(endpoints)).toEqual([]);
  });
});

describe("a selection", () => {
  const text = [
    yaml("Namespace", "name: a, labels: {team: x}"),
    yaml("Service", "name: s, namespace: a, labels: {app: s}", "spec: {selector: {app: web}}"),
    yaml("Pod", "name: p, namespace: a, labels: {app: web}", "status: {podIP: 10.1.1.1}"),
    yaml("Pod", "name: done, namespace: a", "status: {phase: Failed, podIP: 10.1.1.1}"),
    yaml("Service", "name: t, namespace: b, labels: {app: t}"),
  ].join("");

  it("of everything has Namespaces that are only mentioned, no Pods that have ended", async () => {
    expect(await own(text)).toEqual([
      "Namespace a",
      "Namespace b",
      "Service a/s",
      "Service b/t",
      "EndpointSlice a/s-IPv4-0",
      "Pod a/p",
    ]);
  });

  it.each<[Partial<Selection>, string[]]>([
    [{ namespaces: ["b"] }, ["Namespace b", "Service b/t"]],
    [
      { namespaceLabels: "team" },
      ["Namespace a", "Service a/s", "EndpointSlice a/s-IPv4-0", "Pod a/p"],
    ],
    [{ namespaceLabels: "kubernetes.io/metadata.name=b" }, ["Namespace b", "Service b/t"]],
    [
      { labels: "app=s" },
      ["Namespace a", "Namespace b", "Service a/s", "EndpointSlice a/s-IPv4-0"],
    ],
    [{ labels: "app in (web)" }, ["Namespace a", "Namespace b", "Pod a/p"]],
    [
      { endpoints: false, pods: false, serviceImports: false },
      ["Namespace a", "Namespace b", "Service a/s", "Service b/t"],
    ],
  ])("of %j", async (selection, expected) => {
    expect(await own(text, selection)).toEqual(expected);
  });

  it("of ServiceImports has the slices that belong to them, whatever their labels", async () => {
    const imports = [
      `---\napiVersion: multicluster.x-k8s.io/v1alpha1\nkind: ServiceImport\n`,
      "metadata: {name: i, namespace: a}\nspec: {type: Headless, ports: []}\n",
      yaml(
        "EndpointSlice",
        "name: far, namespace: a, labels: {app: s, multicluster.kubernetes.io/service-name: i}",
        "addressType: IPv4",
      ),
    ].join("");
    const bare = { endpoints: false, pods: false };
    const kinds = async (selection: Partial<Selection>): Promise<string[]> =>
      (await own(text + imports, selection)).filter((key) => !/^(Namespace|Service) /.test(key));
    expect(await kinds(bare)).toEqual(["EndpointSlice a/far", "ServiceImport a/i"]);
    expect(await kinds({ ...bare, labels: "app=s" })).toHaveLength(2);
    expect(await kinds({ ...bare, labels: "app=t" })).toEqual(["ServiceImport a/i"]);
    expect(await kinds({ ...bare, namespaceLabels: "!team" })).toEqual([]);
    expect(await kinds({ ...bare, serviceImports: false })).toEqual([]);
  });

  it("with a wrong label selector is refused", async () => {
    await expect(complete("", { namespaceLabels: "a b" })).rejects.toThrow(SyntaxError);
  });
});
