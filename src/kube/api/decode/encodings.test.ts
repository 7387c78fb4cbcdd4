import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeMessage, envelope, SCHEMAS } from "../../../testing/encode-protobuf.ts";
import { JSON_TYPE, PROTOBUF_TYPE } from "./media-type.ts";
import { readList } from "./read-list.ts";
import type { WatchEvent } from "./watch-event.ts";

const KINDS = ["Service", "EndpointSlice", "Pod", "Node", "Ingress"] as const;

/** Fields may be absent, lists empty, texts wrong. */
function fields(model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  return fc.record(model, { requiredKeys: [] });
}

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom("None", "", "10.0.0.300", "::ffff:10.0.0.1", "a.example.org"),
);
const texts = fc.dictionary(text, text, { maxKeys: 3 });
const labels = fc
  .tuple(
    texts,
    fields({
      "kubernetes.io/service-name": text,
      "multicluster.kubernetes.io/service-name": text,
      "multicluster.kubernetes.io/source-cluster": text,
    }),
  )
  .map(([a, b]) => ({ ...a, ...b }));
const annotations = fields({
  "endpoints.kubernetes.io/last-change-trigger-time": fc.oneof(
    text,
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  ),
  "external-dns.alpha.kubernetes.io/hostname": fc.constantFrom("", "a.test", " a.test,, b.test "),
  "external-dns.alpha.kubernetes.io/internal-hostname": text,
});
const metadata = fc.record(
  { name: text, namespace: text, resourceVersion: text, labels, annotations },
  { requiredKeys: ["name", "namespace"] },
);
const ports = fc.array(
  fields({
    name: text,
    protocol: fc.constantFrom("TCP", "UDP", "SCTP", "", "QUIC"),
    port: fc.integer({ min: -1, max: 65_536 }),
    nodePort: fc.constantFrom(0, 30_080, 65_536),
  }),
  { maxLength: 4 },
);
const addresses = fc.array(address, { maxLength: 3 });

const OBJECTS = {
  Service: fields({
    metadata,
    spec: fields({
      ports,
      selector: texts,
      clusterIP: address,
      clusterIPs: addresses,
      type: fc.constantFrom("", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "New"),
      externalName: text,
      externalIPs: addresses,
      publishNotReadyAddresses: fc.boolean(),
      externalTrafficPolicy: fc.constantFrom("", "Cluster", "Local"),
    }),
    status: fields({
      loadBalancer: fields({ ingress: fc.array(fields({ ip: address, hostname: text })) }),
    }),
  }),
  EndpointSlice: fields({
    metadata,
    addressType: fc.constantFrom("IPv4", "IPv6", "FQDN", "New"),
    endpoints: fc.array(
      fields({
        addresses,
        conditions: fields({ ready: fc.boolean(), serving: fc.boolean() }),
        hostname: text,
        nodeName: text,
        zone: text,
        targetRef: fields({ kind: fc.constantFrom("Pod", "Node"), name: text }),
      }),
      { maxLength: 4 },
    ),
    ports,
  }),
  Node: fields({
    metadata,
    status: fields({
      addresses: fc.array(
        fields({ type: fc.constantFrom("InternalIP", "ExternalIP", "Hostname"), address }),
        { maxLength: 4 },
      ),
      // A type comes once.
      conditions: fc.uniqueArray(
        fields({
          type: fc.constantFrom("Ready", "DiskPressure"),
          status: fc.constantFrom("True", "False", "Unknown"),
        }),
        { maxLength: 2, selector: (condition) => (condition as { type?: string }).type },
      ),
    }),
  }),
  Ingress: fields({
    metadata,
    spec: fields({
      tls: fc.array(fields({ hosts: fc.array(text, { maxLength: 2 }) }), { maxLength: 2 }),
      rules: fc.array(fields({ host: text }), { maxLength: 3 }),
    }),
    status: fields({
      loadBalancer: fields({ ingress: fc.array(fields({ ip: address, hostname: text })) }),
    }),
  }),
  Pod: fields({
    metadata,
    spec: fields({ nodeName: text }),
    status: fields({
      phase: text,
      podIP: address,
      podIPs: fc.array(fields({ ip: address }), { maxLength: 3 }),
    }),
  }),
};

/** Of two faults, either may be named. */
function withoutReason(event: WatchEvent): object {
  return event.type === "UNREADABLE" ? { ...event, reason: "" } : event;
}

describe("whatever a server has", () => {
  it.each(KINDS)("of kind %s is read the same from JSON and protobuf", (kind) => {
    const kept = new Set(["kubernetes.io/service-name", "never"]);
    const schema = { items: [2, SCHEMAS[kind] ?? {}] } as const;
    const property = fc.property(fc.array(OBJECTS[kind], { maxLength: 4 }), (items) => {
      const text = JSON.stringify({ kind: `${kind}List`, items });
      const json = readList(kind, JSON_TYPE, Buffer.from(text), kept);
      const octets = envelope("v1", `${kind}List`, encodeMessage({ items }, schema));
      const protobuf = readList(kind, PROTOBUF_TYPE, octets, kept);
      expect(protobuf.events.map(withoutReason)).toEqual(json.events.map(withoutReason));
      expect(json.events).toHaveLength(items.length);
    });
    fc.assert(property, { numRuns: 200 });
  });
});
