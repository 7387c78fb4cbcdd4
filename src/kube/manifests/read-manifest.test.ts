import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Manifest } from "./manifest.ts";
import { oddityOf } from "./known-kinds.ts";
import { readManifest } from "./read-manifest.ts";

function read(text: string): Manifest | undefined {
  return readManifest(parse(text));
}

function service(spec: string, rest = ""): Manifest | undefined {
  return read(
    `{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: ${spec}${rest}}`,
  );
}

function slice(rest: string): Manifest | undefined {
  return read(`{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice,
    metadata: {name: s, labels: {kubernetes.io/service-name: web}}, ${rest}}`);
}

describe("a Service", () => {
  it("has the API server's defaults", () => {
    expect(service("{ports: [{port: 80}]}")).toEqual({
      kind: "Service",
      namespace: "shop",
      name: "web",
      labels: {},
      object: {
        kind: "Service",
        namespace: "shop",
        name: "web",
        type: "ClusterIP",
        clusterIPs: [],
        headless: false,
        externalName: "",
        ports: [{ name: "", port: 80, protocol: "tcp" }],
        externalIPs: [],
        externalHostnames: [],
        publishNotReadyAddresses: false,
      },
      ports: [{ name: "", port: 80, protocol: "tcp", targetPort: 80 }],
      selector: {},
      ipFamilies: [],
      ipFamilyPolicy: "SingleStack",
    });
  });

  it.each([
    ["{clusterIP: 10.96.0.5}", ["10.96.0.5"], false],
    ["{clusterIPs: [10.96.0.5, 'FD00:0::5']}", ["10.96.0.5", "fd00::5"], false],
    ["{clusterIP: 10.96.0.5, clusterIPs: [10.96.0.5]}", ["10.96.0.5"], false],
    ["{clusterIP: None}", [], true],
    ["{clusterIP: None, clusterIPs: [None]}", [], true],
    ["{clusterIPs: [None]}", [], true],
    ["{clusterIP: ''}", [], false],
    ["{type: ExternalName, externalName: a.example, clusterIP: None}", [], false],
  ])("with %s has cluster IPs %j, headless: %s", (spec, clusterIPs, headless) => {
    expect(service(spec)).toMatchObject({ object: { clusterIPs, headless } });
  });

  it("has external addresses and host names from its spec and its status", () => {
    const found = service(
      "{type: LoadBalancer, externalIPs: [198.51.100.7, 203.0.113.7]}",
      ", status: {loadBalancer: {ingress: [{ip: 203.0.113.7}, {ip: '2001:DB8::1'}, {hostname: lb.example}]}}",
    );
    expect(found).toMatchObject({
      object: {
        type: "LoadBalancer",
        externalIPs: ["198.51.100.7", "203.0.113.7", "2001:db8::1"],
        externalHostnames: ["lb.example"],
      },
    });
  });

  it("is in the Namespace default without one", () => {
    const found = read("{apiVersion: v1, kind: Service, metadata: {name: web}}");
    expect(found).toMatchObject({ namespace: "default", object: { namespace: "default" } });
  });
});

describe("an EndpointSlice", () => {
  it("is thinned to what DNS needs", () => {
    const found = slice(`addressType: IPv6, endpoints: [
      {addresses: ['2001:DB8::1'], hostname: a, nodeName: n, zone: z,
       targetRef: {kind: Pod, name: web-0}, conditions: {ready: false, serving: true}},
      {addresses: ['2001:db8::2'], targetRef: {kind: Node, name: x}}],
      ports: [{name: http, port: 80}, {protocol: UDP}]`);
    expect(found).toMatchObject({
      object: {
        serviceName: "web",
        addressType: "IPv6",
        endpoints: [
          {
            addresses: ["2001:db8::1"],
            ready: false,
            hostname: "a",
            nodeName: "n",
            zone: "z",
            podName: "web-0",
          },
          { addresses: ["2001:db8::2"], ready: true, hostname: "", podName: "" },
        ],
        ports: [
          { name: "http", port: 80, protocol: "tcp" },
          { name: "", port: 0, protocol: "udp" },
        ],
      },
    });
  });

  it("may have host names as addresses", () => {
    const found = slice("addressType: FQDN, endpoints: [{addresses: [db.example]}]");
    expect(found).toMatchObject({ object: { endpoints: [{ addresses: ["db.example"] }] } });
  });
});

describe("an EndpointSlice of another cluster", () => {
  const importedOf = (labels: string): unknown => {
    const found = read(`{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
      metadata: {name: s, labels: {${labels}}}}`);
    return found?.kind === "EndpointSlice" ? found.object : found;
  };
  const own = "kubernetes.io/service-name: web";
  const name = "multicluster.kubernetes.io/service-name: far";
  const cluster = "multicluster.kubernetes.io/source-cluster: east";

  it("says whose it is there, and may be a Service's here, too", () => {
    expect(importedOf(`${name}, ${cluster}`)).toMatchObject({
      serviceName: "",
      imported: { serviceName: "far", cluster: "east" },
    });
    expect(importedOf(`${own}, ${name}`)).toMatchObject({
      serviceName: "web",
      imported: { serviceName: "far", cluster: "" },
    });
  });

  it("is none without the name of a ServiceImport", () => {
    expect(importedOf(`${own}, ${cluster}`)).not.toHaveProperty("imported");
    expect(importedOf(`${own}, multicluster.kubernetes.io/service-name: ''`)).not.toHaveProperty(
      "imported",
    );
  });
});

function serviceImport(spec: string, version = "v1alpha1"): Manifest | undefined {
  return read(`{apiVersion: multicluster.x-k8s.io/${version}, kind: ServiceImport,
    metadata: {name: web, namespace: shop}, spec: ${spec}}`);
}

describe("a ServiceImport", () => {
  it.each(["v1alpha1", "v1beta1"])("of %s has addresses and ports", (version) => {
    const spec = "{type: ClusterSetIP, ips: [10.112.0.1, 'FD00:0::1'], ports: [{port: 80}]}";
    expect(serviceImport(spec, version)).toEqual({
      kind: "ServiceImport",
      namespace: "shop",
      name: "web",
      labels: {},
      object: {
        kind: "ServiceImport",
        namespace: "shop",
        name: "web",
        type: "ClusterSetIP",
        clusterIPs: ["10.112.0.1", "fd00::1"],
        ports: [{ name: "", port: 80, protocol: "tcp" }],
      },
    });
  });

  it("has no addresses if it is headless", () => {
    const found = serviceImport("{type: Headless, ips: [10.112.0.1], ports: []}");
    expect(found).toMatchObject({ object: { type: "Headless", clusterIPs: [], ports: [] } });
  });

  it("of another version is none that is known", () => {
    expect(() => serviceImport("{}", "v2")).toThrow(
      'apiVersion: "multicluster.x-k8s.io/v2" has no kind ServiceImport: did you mean "multicluster.x-k8s.io/v1',
    );
  });

  it.each([
    ["{ports: []}", "spec.type: is missing"],
    ["{type: ExternalName}", 'spec.type: "ExternalName" is none of "ClusterSetIP", "Headless"'],
    ["{type: Headless, ips: [a]}", 'spec.ips[0]: "a" is not an IP address'],
    [
      "{type: ClusterSetIP, ips: [10.0.0.1, 10.0.0.2, 10.0.0.3]}",
      "spec.ips: a list has more than 2 addresses",
    ],
    ["{type: Headless, ports: [{name: a}]}", "spec.ports[0].port: is missing"],
  ])("%s is refused", (spec, message) => {
    expect(() => serviceImport(spec)).toThrow(message);
  });
});

describe("a Pod", () => {
  const pod = (spec: string, status: string, meta = ""): Manifest | undefined =>
    read(
      `{apiVersion: v1, kind: Pod, metadata: {name: p${meta}}, spec: ${spec}, status: ${status}}`,
    );

  it.each([
    ["{}", "Pending", [], false],
    ["{podIP: 10.1.1.1}", "Running", ["10.1.1.1"], true],
    ["{phase: Pending, podIP: 10.1.1.1}", "Pending", ["10.1.1.1"], false],
    [
      "{phase: Running, podIP: 10.1.1.1, podIPs: [{ip: 10.1.1.1}, {ip: 'FD00::1'}]}",
      "Running",
      ["10.1.1.1", "fd00::1"],
      true,
    ],
    [
      "{phase: Running, podIP: 10.1.1.1, conditions: [{type: Ready, status: 'False'}]}",
      "Running",
      ["10.1.1.1"],
      false,
    ],
    [
      "{phase: Running, podIP: 10.1.1.1, conditions: [{type: Other}, {type: Ready, status: 'True'}]}",
      "Running",
      ["10.1.1.1"],
      true,
    ],
  ])("with status %s is %s, has %j, is ready: %s", (status, phase, podIPs, isReady) => {
    expect(pod("{}", status)).toMatchObject({ object: { phase, podIPs }, isReady });
  });

  it("is not ready once it is being deleted", () => {
    const found = pod("{}", "{podIP: 10.1.1.1}", ", deletionTimestamp: '2026-01-01T00:00:00Z'");
    expect(found).toMatchObject({ isReady: false });
  });

  it("has the ports of its containers and sidecars, not of other init containers", () => {
    const spec = `{containers: [{ports: [{name: http, containerPort: 80}]}], initContainers: [
      {restartPolicy: Always, ports: [{name: proxy, containerPort: 81, protocol: UDP}]},
      {ports: [{name: init, containerPort: 82}]}]}`;
    expect(pod(spec, "{}")).toMatchObject({
      containerPorts: [
        { name: "http", port: 80, protocol: "tcp" },
        { name: "proxy", port: 81, protocol: "udp" },
      ],
    });
  });
});

describe("an Endpoints object", () => {
  it("has a slice for each subset and family", () => {
    const found = read(`{apiVersion: v1, kind: Endpoints, metadata: {name: web}, subsets: [
      {addresses: [{ip: 10.1.1.1, hostname: a}, {ip: 'fd00::1'}], notReadyAddresses: [{ip: 10.1.1.2}],
       ports: [{port: 80}]},
      {addresses: [{ip: 10.1.1.3}]}]}`);
    expect(found).toMatchObject({
      slices: [
        {
          addressType: "IPv4",
          serviceName: "web",
          endpoints: [
            { addresses: ["10.1.1.1"], ready: true, hostname: "a" },
            { addresses: ["10.1.1.2"], ready: false },
          ],
          ports: [{ name: "", port: 80, protocol: "tcp" }],
        },
        { addressType: "IPv6", endpoints: [{ addresses: ["fd00::1"], ready: true }] },
        { addressType: "IPv4", endpoints: [{ addresses: ["10.1.1.3"] }], ports: [] },
      ],
    });
  });

  it("can ask not to be mirrored", () => {
    const found = read(`{apiVersion: v1, kind: Endpoints, subsets: [{addresses: [{ip: 10.1.1.1}]}],
      metadata: {name: web, labels: {endpointslice.kubernetes.io/skip-mirror: 'true'}}}`);
    expect(found).toMatchObject({ slices: [] });
  });
});

describe("other kinds", () => {
  it.each([
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}",
    "{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: web}}",
    "{apiVersion: v1, kind: ConfigMap}",
  ])("%s is nothing to DNS", (text) => {
    expect(read(text)).toBeUndefined();
  });

  it.each([
    "{apiVersion: example.com/v1, kind: Servise, metadata: {name: web}}",
    "{apiVersion: v1, kind: PodList}",
    "{apiVersion: gateway.networking.k8s.io/v1, kind: ReferenceGrant}",
    "{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization}",
    "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy}",
  ])("%s is nothing to DNS either", (text) => {
    expect(read(text)).toBeUndefined();
  });

  it.each([
    ["v1", "Servise", 'kind: "Servise" is no kind of Kubernetes: did you mean "Service"?', true],
    ["v1", "service", 'kind: "service" is no kind of Kubernetes: did you mean "Service"?', true],
    ["v1", "Pods", 'kind: "Pods" is no kind of Kubernetes: did you mean "Pod"?', true],
    ["apps/v1", "Deploymnet", 'kind: "Deploymnet" is no kind of Kubernetes: did you mean', false],
    ["v1", "Xyzzy", 'kind: "Xyzzy" is no kind of Kubernetes', false],
    ["v2", "Service", 'apiVersion: "v2" has no kind Service: did you mean "v1"?', true],
    ["V1", "Pod", 'apiVersion: "V1" has no kind Pod: did you mean "v1"?', true],
    ["apps/v1", "Service", 'apiVersion: "apps/v1" has no kind Service: expected "v1"', true],
    ["v1", "EndpointSlice", '"v1" has no kind EndpointSlice: expected "discovery.k8s.io/v1"', true],
    ["discovery.k8s.io/v1beta1", "EndpointSlice", 'did you mean "discovery.k8s.io/v1"?', true],
    ["discovry.k8s.io/v1", "EndpointSlice", 'did you mean "discovery.k8s.io/v1"?', true],
  ])("%s %s was mistyped", (apiVersion, kind, message, isFatal) => {
    const text = `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: web}}`;
    expect(() => read(text)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) as string, isFatal }),
    );
  });

  it("are all that client-node has", () => {
    const models = globSync("node_modules/@kubernetes/client-node/dist/gen/models/*.d.ts");
    const kinds = models.flatMap((path) => {
      const text = readFileSync(path, "utf8");
      const isObject = /'kind'\?: string/.test(text) && /'apiVersion'\?: string/.test(text);
      const name = /(?:V\d+(?:(?:alpha|beta)\d+)?)([A-Z]\w+)\.d\.ts$/.exec(path)?.[1];
      return isObject && name !== undefined && !/Reference|ParamKind|ResourceClaim$/.test(name)
        ? [name]
        : [];
    });
    expect(kinds.length).toBeGreaterThan(100);
    const isRead =
      /^(Service|ServiceImport|EndpointSlice|Endpoints|Pod|Namespace|Node|Ingress)(List)?$/;
    const odd = kinds.filter((kind) => !isRead.test(kind) && oddityOf(kind, "v1", new Map()));
    expect(odd).toEqual([]);
  });

  it("Namespaces and Nodes have no Namespace", () => {
    const found = read("{apiVersion: v1, kind: Node, metadata: {name: n, namespace: odd}}");
    const object = {
      kind: "Node",
      namespace: "",
      name: "n",
      internalIPs: [],
      externalIPs: [],
      ready: true,
    };
    expect(found).toEqual({ kind: "Node", namespace: "", name: "n", labels: {}, object });
  });
});

describe("a manifest that the API server would refuse says where and why", () => {
  it.each([
    ["[]", "document: a list is not an object"],
    ["text", 'document: "text" is not an object'],
    ["{}", "kind: is missing"],
    ["{kind: 3}", "kind: 3 is not a string"],
    ["{kind: Service}", "apiVersion: is missing"],
    ["{kind: Service, apiVersion: v1}", "metadata.name: is missing"],
    ["{kind: Service, apiVersion: v1, metadata: web}", 'metadata: "web" is not an object'],
    [
      "{kind: Service, apiVersion: v1, metadata: {name: Web}}",
      'metadata.name: "Web" is not a name for the kind Service',
    ],
    [
      "{kind: Service, apiVersion: v1, metadata: {name: a.b}}",
      'metadata.name: "a.b" is not a name for the kind Service',
    ],
    [
      "{kind: Pod, apiVersion: v1, metadata: {name: p, namespace: A}}",
      'metadata.namespace: "A" is not the name of a Namespace',
    ],
    [
      "{kind: Pod, apiVersion: v1, metadata: {name: p, labels: {a: 1}}}",
      "metadata.labels.a: 1 is not a string",
    ],
  ])("%s", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it.each([
    ["{clusterIP: 10.0.0.300}", 'spec.clusterIP: "10.0.0.300" is not an IP address'],
    ["{clusterIP: 5}", "spec.clusterIP: 5 is not a string"],
    [
      "{clusterIP: 10.0.0.1, clusterIPs: [10.0.0.2]}",
      'spec.clusterIP: "10.0.0.1" is not the first of clusterIPs',
    ],
    [
      "{clusterIPs: [10.0.0.1, 10.0.0.2]}",
      "spec.clusterIPs: a list has more than one address of a family",
    ],
    ["{clusterIP: None, type: NodePort}", 'spec.type: "NodePort" cannot be headless'],
    ["{type: Other}", 'spec.type: "Other" is none of "ClusterIP", "NodePort"'],
    ["{type: ExternalName}", "spec.externalName: is missing"],
    ["{type: ExternalName, externalName: 'a b'}", 'spec.externalName: "a b" is not a domain name'],
    ["{ports: {}}", "spec.ports: an object is not a list"],
    ["{ports: [{}]}", "spec.ports[0].port: is missing"],
    ["{ports: [{port: http}]}", 'spec.ports[0].port: "http" is not an integer'],
    ["{ports: [{port: 80.5}]}", "spec.ports[0].port: 80.5 is not an integer"],
    ["{ports: [{port: 70000}]}", "spec.ports[0].port: 70000 is not a port: 1 to 65535"],
    ["{ports: [{port: 80, protocol: tcp}]}", 'spec.ports[0].protocol: "tcp" is none of "TCP"'],
    ["{ports: [{port: 80, name: A_b}]}", 'spec.ports[0].name: "A_b" is not a port\'s name'],
    ["{publishNotReadyAddresses: 'yes'}", 'NotReadyAddresses: "yes" is not true or false'],
    ["{ipFamilies: [IPv5]}", 'spec.ipFamilies[0]: "IPv5" is none of "IPv4", "IPv6"'],
    ["{selector: [a]}", "spec.selector: a list is not an object"],
  ])("Service %s", (spec, message) => {
    expect(() => service(spec)).toThrow(message);
  });

  it.each([
    ["endpoints: []", "addressType: is missing"],
    ["addressType: IPv4, endpoints: [{}]", "endpoints[0].addresses: has no address"],
    [
      "addressType: IPv4, endpoints: [{addresses: ['::1']}]",
      'endpoints[0].addresses[0]: "::1" is not of the slice\'s type IPv4',
    ],
    [
      "addressType: IPv4, endpoints: [{addresses: [10.0.0.1], hostname: a.b}]",
      'endpoints[0].hostname: "a.b" is not a host name',
    ],
    [
      "addressType: IPv4, endpoints: [{addresses: [10.0.0.1], conditions: {ready: 1}}]",
      "endpoints[0].conditions.ready: 1 is not true or false",
    ],
  ])("EndpointSlice %s", (rest, message) => {
    expect(() => slice(rest)).toThrow(message);
  });
});

describe("a Node", () => {
  it("is known by its addresses, and whether it is ready", () => {
    const found = read(`{apiVersion: v1, kind: Node, metadata: {name: n}, status: {
      addresses: [{type: InternalIP, address: 10.0.0.1}, {type: Hostname, address: n}, {type: ExternalIP, address: "2001:DB8::1"}],
      conditions: [{type: DiskPressure, status: "True"}, {type: Ready, status: Unknown}]}}`);
    expect(found).toMatchObject({
      object: { internalIPs: ["10.0.0.1"], externalIPs: ["2001:db8::1"], ready: false },
    });
  });
});

describe("what has hostnames", () => {
  it.each([
    [
      `{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, annotations: {external-dns.alpha.kubernetes.io/hostname: "c.test, d.test"}},
        spec: {rules: [{host: a.test}, {}], tls: [{hosts: [b.test, a.test]}]},
        status: {loadBalancer: {ingress: [{ip: 192.0.2.1}, {hostname: lb.test}]}}}`,
      {
        hostnames: ["b.test", "a.test", "c.test", "d.test"],
        addresses: ["192.0.2.1"],
        targets: ["lb.test"],
      },
    ],
    [
      `{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: g},
        spec: {listeners: [{hostname: "*.a.test"}, {name: all}]},
        status: {addresses: [{type: IPAddress, value: 192.0.2.1}, {type: Hostname, value: lb.test}]}}`,
      { hostnames: ["*.a.test"], addresses: ["192.0.2.1"], targets: ["lb.test"] },
    ],
    [
      `{apiVersion: gateway.networking.k8s.io/v1alpha2, kind: TLSRoute, metadata: {name: r, namespace: shop},
        spec: {hostnames: [a.test], parentRefs: [{name: g}, {name: h, namespace: edge}, {kind: Service, name: s}]}}`,
      {
        hostnames: ["a.test"],
        gateways: [
          { namespace: "shop", name: "g" },
          { namespace: "edge", name: "h" },
        ],
      },
    ],
    [
      `{apiVersion: v1, kind: Service, metadata: {name: s, annotations: {external-dns.alpha.kubernetes.io/hostname: a.test,
        external-dns.alpha.kubernetes.io/internal-hostname: b.test}},
        spec: {type: NodePort, externalTrafficPolicy: Local, ports: [{port: 80, nodePort: 30080}]}}`,
      {
        hostnames: ["a.test"],
        internalHostnames: ["b.test"],
        isLocal: true,
        ports: [{ name: "", port: 80, protocol: "tcp", nodePort: 30_080 }],
      },
    ],
  ])("%s", (text, object) => {
    expect(read(text)).toMatchObject({ object });
  });
});
