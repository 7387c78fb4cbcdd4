import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { readFileSync } from "node:fs";
import type { ClusterObject, Kind } from "../../cluster-source.ts";
import { readManifest } from "../../manifests/read-manifest.ts";
import { JSON_TYPE, PROTOBUF_TYPE } from "./media-type.ts";
import { readList } from "./read-list.ts";
import { StreamError } from "./stream-error.ts";
import { recording } from "./testing.ts";

const KINDS = ["Namespace", "Service", "EndpointSlice", "Pod"] as const;

function objects(kind: Kind, encoding: "json" | "pb" = "pb"): ClusterObject[] {
  const type = encoding === "json" ? JSON_TYPE : PROTOBUF_TYPE;
  const { events } = readList(kind, type, recording(`${kind}-list.${encoding}`));
  return events.map((event) => {
    if (event.type !== "PUT") throw new Error(JSON.stringify(event));
    return event.object;
  });
}

function find<K extends Kind>(kind: K, name: string): Extract<ClusterObject, { kind: K }> {
  const encoding = kind === "ServiceImport" ? "json" : "pb";
  const found = objects(kind, encoding).find((object) => object.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found as Extract<ClusterObject, { kind: K }>;
}

/** Without what only one of the two sources has. */
function comparable(object: ClusterObject | undefined): unknown {
  switch (object?.kind) {
    case "Pod":
      return { ...object, labels: {} };
    case "Service": {
      const { hasSelector: _, clusterIPs, ports, ...service } = object;
      // The server gives an address, and ports of nodes, where the file has none.
      return {
        ...service,
        ports: ports.map(({ nodePort: _port, ...port }) => port),
        clusterIPs: clusterIPs.filter((address) =>
          /^10\.9[67]\.[01]\.|^fd00:10:96::1:/.test(address),
        ),
      };
    }
    case "Namespace":
      return { kind: "Namespace", name: object.name };
    default:
      return object;
  }
}

describe("a list of a real API server", () => {
  it.each(["json", "pb"])(
    "keeps the labels of Pods that are asked for, and no others: %s",
    (one) => {
      const { items } = JSON.parse(recording("Pod-list.json").toString()) as {
        items: { metadata: { name: string; labels?: Record<string, string> } }[];
      };
      const all = items.flatMap(({ metadata }) => Object.keys(metadata.labels ?? {}));
      const [asked = ""] = all;
      const type = one === "json" ? JSON_TYPE : PROTOBUF_TYPE;
      const keptLabels = new Set([asked, "toString"]);
      const { events } = readList("Pod", type, recording(`Pod-list.${one}`), keptLabels);
      const labels = events.map((event) => {
        const object = event.type === "PUT" ? event.object : undefined;
        return object?.kind === "Pod" ? [object.name, { ...object.labels }] : [];
      });
      expect(labels).toEqual(
        items.map(({ metadata: { name, labels: given = {} } }) => {
          return [name, asked in given ? { [asked]: given[asked] } : {}];
        }),
      );
      const none = objects("Pod", one === "json" ? "json" : "pb");
      expect(none.map((pod) => pod.kind === "Pod" && pod.labels)).toEqual(items.map(() => ({})));
      expect(asked).not.toBe("");
    },
  );

  it.each(KINDS)("of kind %s is the same in JSON and protobuf", (kind) => {
    const json = readList(kind, JSON_TYPE, recording(`${kind}-list.json`));
    const protobuf = readList(kind, PROTOBUF_TYPE, recording(`${kind}-list.pb`));
    expect(json.events.length).toBeGreaterThan(4);
    expect(protobuf).toEqual(json);
    expect(Number(protobuf.resourceVersion)).toBeGreaterThan(0);
    expect(protobuf.continueToken).toBe("");
    for (const event of protobuf.events) {
      const resourceVersion = expect.stringMatching(/^\d+$/);
      expect(event).toMatchObject({ type: "PUT", object: { kind }, resourceVersion });
    }
  });

  it.each(KINDS)("of kind %s is what the manifests say that it was made of", (kind) => {
    const yaml = new URL("../../../../test/recorded/data/harbor.yaml", import.meta.url);
    const manifests = parseAllDocuments(readFileSync(yaml, "utf8"))
      .map((document) => readManifest(document.toJS()))
      .filter((manifest) => manifest?.kind === kind);
    const read = new Map(
      objects(kind).map((object) => [`${object.namespace}/${object.name}`, object]),
    );
    expect(manifests.length).toBeGreaterThan(2);
    for (const manifest of manifests) {
      const expected = manifest && "object" in manifest ? manifest.object : { kind, ...manifest };
      const found = read.get(`${manifest?.namespace}/${manifest?.name}`);
      expect(comparable(found)).toEqual(comparable(expected as ClusterObject));
    }
  });

  it("comes in pages", () => {
    const json = readList("Service", JSON_TYPE, recording("Service-page.json"));
    const protobuf = readList("Service", PROTOBUF_TYPE, recording("Service-page.pb"));
    expect(protobuf.events).toEqual(json.events);
    expect(protobuf.events).toHaveLength(3);
    for (const { continueToken } of [json, protobuf]) expect(continueToken).toMatch(/^ey\w{20}/);
  });
});

describe("a Service is thinned", () => {
  it("with addresses of a load balancer", () => {
    expect(find("Service", "balanced")).toEqual({
      kind: "Service",
      namespace: "crane-ns",
      name: "balanced",
      type: "LoadBalancer",
      clusterIPs: [
        expect.stringMatching(/^10\.\d+\.\d+\.\d+$/),
        expect.stringMatching(/^fd00:10:96::/),
      ],
      headless: false,
      externalName: "",
      ports: [
        { name: "web", port: 80, protocol: "tcp", nodePort: 31606 },
        { name: "web-udp", port: 80, protocol: "udp", nodePort: 31606 },
      ],
      externalIPs: ["198.51.100.7", "203.0.113.1"],
      externalHostnames: ["lb.example.org"],
      publishNotReadyAddresses: true,
      hasSelector: true,
    });
  });

  it("that is headless, without ports", () => {
    const expected = { clusterIPs: [], headless: true, ports: [], hasSelector: false };
    expect(find("Service", "portless")).toMatchObject(expected);
  });
});

describe("an EndpointSlice is thinned", () => {
  it("with all that an endpoint may say", () => {
    const none = { hostname: "", nodeName: "", zone: "", podName: "" };
    expect(find("EndpointSlice", "moored")).toEqual({
      kind: "EndpointSlice",
      namespace: "crane-ns",
      name: "moored",
      serviceName: "balanced",
      addressType: "IPv4",
      endpoints: [
        {
          addresses: ["172.17.9.1"],
          ready: false,
          hostname: "moored-0",
          nodeName: "node-a",
          zone: "zone-a",
          podName: "moored-0",
        },
        { ...none, addresses: ["172.17.9.2"], ready: true },
      ],
      ports: [
        { name: "web", port: 80, protocol: "tcp" },
        { name: "any", port: 0, protocol: "tcp" },
        { name: "", port: 0, protocol: "tcp" },
      ],
      triggeredAtMs: Date.UTC(2026, 2, 1, 12, 0, 0, 250),
    });
  });

  it("that stands for another cluster's endpoints", () => {
    const imported = { serviceName: "afar", cluster: "north" };
    expect(find("EndpointSlice", "afar")).toMatchObject({ serviceName: "", imported });
  });

  it("with names for addresses, and with nothing", () => {
    expect(find("EndpointSlice", "named")).toMatchObject({
      addressType: "FQDN",
      endpoints: [{ addresses: ["a.example.org"] }],
    });
    expect(find("EndpointSlice", "bare")).toMatchObject({ endpoints: [], ports: [] });
  });
});

describe("other objects are thinned", () => {
  it("a Pod to all of its addresses", () => {
    expect(find("Pod", "crew")).toEqual({
      kind: "Pod",
      namespace: "crane-ns",
      name: "crew",
      podIPs: ["172.17.9.1", "fd00::9"],
      phase: "Running",
      labels: {},
    });
  });

  it("a Pod that is being deleted to one without addresses", () => {
    expect(find("Pod", "leaving")).toMatchObject({ podIPs: [] });
  });

  it("a Namespace that is being deleted to one that still exists", () => {
    expect(find("Namespace", "sunk-ns")).toEqual({
      kind: "Namespace",
      namespace: "",
      name: "sunk-ns",
    });
  });

  it("a ServiceImport, of which there is JSON only", () => {
    const key = { kind: "ServiceImport", namespace: "crane-ns" };
    expect(find("ServiceImport", "brief")).toEqual({
      ...key,
      name: "brief",
      type: "ClusterSetIP",
      clusterIPs: ["10.112.0.9"],
      ports: [{ name: "web", port: 80, protocol: "tcp" }],
    });
    expect(find("ServiceImport", "afar")).toEqual({
      ...key,
      name: "afar",
      type: "Headless",
      clusterIPs: [],
      ports: [{ name: "web", port: 80, protocol: "udp" }],
    });
    expect(() => readList("ServiceImport", PROTOBUF_TYPE, recording("Service-list.pb"))).toThrow(
      StreamError,
    );
  });
});

describe("equal things are one", () => {
  it("lists of ports, and empty lists", () => {
    const [a, b] = [find("Service", "balanced"), find("EndpointSlice", "afar")];
    expect(find("Service", "balanced").ports).toBe(a.ports);
    expect(find("EndpointSlice", "afar").ports).toBe(b.ports);
    expect(find("Pod", "leaving").podIPs).toBe(find("Service", "portless").clusterIPs);
    expect(Object.isFrozen(a.ports) && a.ports.every((port) => Object.isFrozen(port))).toBe(true);
  });
});

describe("a list that is none", () => {
  const body = recording("Service-list.pb");

  it.each<[string, string, Buffer]>([
    ["of another kind", PROTOBUF_TYPE, recording("Pod-list.pb")],
    ["of another kind in JSON", JSON_TYPE, recording("Pod-list.json")],
    ["a Status", JSON_TYPE, recording("not-found.json")],
    ["cut short", PROTOBUF_TYPE, body.subarray(0, body.length - 1)],
    ["cut short in JSON", JSON_TYPE, recording("Service-list.json").subarray(0, 900)],
    ["empty", PROTOBUF_TYPE, Buffer.alloc(0)],
    ["empty in JSON", JSON_TYPE, Buffer.alloc(0)],
    ["null", JSON_TYPE, Buffer.from("null")],
    ["in HTML", "text/html", Buffer.from("<html>")],
  ])("is refused: %s", (_, type, octets) => {
    expect(() => readList("Service", type, octets)).toThrow(StreamError);
  });

  it("says what is wrong", () => {
    expect(() => readList("Service", JSON_TYPE, recording("Pod-list.json"))).toThrow(
      'Cannot read list of Service: kind: "PodList" is not ServiceList',
    );
  });
});
