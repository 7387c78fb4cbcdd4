/**
 * How fast lists and watches of an API server are read, and what the thinned objects weigh:
 *
 *     node --expose-gc test/bench/micro/decode.ts
 */
import type { ClusterObject, Kind } from "../../../src/kube/cluster-source.ts";
import { readList } from "../../../src/kube/api/decode/read-list.ts";
import { WatchReader } from "../../../src/kube/api/decode/watch-reader.ts";
import { encodeMessage, envelope, SCHEMAS } from "../../../src/testing/encode-protobuf.ts";

const JSON_TYPE = "application/json";
const PROTOBUF_TYPE = "application/vnd.kubernetes.protobuf";
const CHUNK_OCTETS = 16_384;

type Fields = Readonly<Record<string, unknown>>;

/** As much as `kubectl apply` and two controllers leave behind. */
const MANAGED_FIELDS = ["kubectl-client-side-apply", "kube-controller-manager"].map((manager) => ({
  manager,
  operation: "Update",
  apiVersion: "v1",
  fieldsType: "FieldsV1",
  fieldsV1: { raw: `{"f:metadata":{${'"f:labels":{".":{},"f:app":{}},'.repeat(12)}"x":{}}}` },
}));

function metadata(name: string, i: number, labels: Fields): Fields {
  return {
    name,
    namespace: `team-${i % 100}`,
    uid: `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`,
    resourceVersion: String(1_000_000 + i),
    creationTimestamp: {},
    labels: { app: name, "app.kubernetes.io/managed-by": "helm", ...labels },
    annotations: { "meta.helm.sh/release-name": name },
    managedFields: MANAGED_FIELDS,
  };
}

const PORTS = [
  { name: "http", protocol: "TCP", port: 8080 },
  { name: "metrics", protocol: "TCP", port: 9090 },
];

const address = (i: number): string => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;

const MAKERS: Readonly<Record<string, (i: number) => Fields>> = {
  Service: (i) => ({
    metadata: metadata(`service-${i}`, i, {}),
    spec: {
      ports: PORTS,
      selector: { app: `service-${i}` },
      clusterIP: address(i),
      clusterIPs: [address(i)],
      type: "ClusterIP",
      sessionAffinity: "None",
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      internalTrafficPolicy: "Cluster",
    },
    status: { loadBalancer: {} },
  }),
  EndpointSlice: (i) => ({
    metadata: metadata(`service-${i}-x7k2p`, i, {
      "kubernetes.io/service-name": `service-${i}`,
      "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    }),
    endpoints: [0, 1, 2, 3, 4].map((n) => ({
      addresses: [address(5 * i + n)],
      conditions: { ready: true, serving: true, terminating: false },
      targetRef: { kind: "Pod", namespace: `team-${i % 100}`, name: podName(5 * i + n), uid: "u" },
      nodeName: `node-${(5 * i + n) % 500}.example.internal`,
      zone: `region-1${"abc"[i % 3]}`,
    })),
    ports: PORTS,
    addressType: "IPv4",
  }),
  Pod: (i) => ({
    metadata: metadata(podName(i), i, { "pod-template-hash": "7d9f8b6c5" }),
    spec: {
      containers: [
        { name: "main", image: "registry.example/app:1.2", args: Array(40).fill("--x=y") },
      ],
      nodeName: `node-${i % 500}.example.internal`,
    },
    status: {
      phase: "Running",
      hostIP: address(i),
      podIP: address(i),
      podIPs: [{ ip: address(i) }],
    },
  }),
};

function podName(i: number): string {
  return `service-${Math.floor(i / 5)}-7d9f8b6c5-${i.toString(36).padStart(5, "x")}`;
}

function listBodies(kind: Kind, objects: readonly Fields[]): [type: string, body: Buffer][] {
  const schema = { metadata: [1, { resourceVersion: [2] }], items: [2, SCHEMAS[kind]] } as const;
  const list = { metadata: { resourceVersion: "9" }, items: objects };
  const raw = encodeMessage(list, schema as never);
  const text = JSON.stringify({ kind: `${kind}List`, apiVersion: "v1", ...list });
  return [
    [PROTOBUF_TYPE, envelope("v1", `${kind}List`, raw)],
    [JSON_TYPE, Buffer.from(text)],
  ];
}

const EVENT_SCHEMA = { type: [1], object: [2, { raw: [1] }] } as const;

function watchBodies(kind: Kind, objects: readonly Fields[]): [type: string, body: Buffer][] {
  const frames = objects.flatMap((object) => {
    const raw = envelope("v1", kind, encodeMessage(object, SCHEMAS[kind] ?? {}));
    const event = encodeMessage({ type: "ADDED", object: { raw } }, EVENT_SCHEMA);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(event.length);
    return [length, event];
  });
  const lines = objects.map((object) => {
    return `${JSON.stringify({ type: "ADDED", object: { kind, ...object } })}\n`;
  });
  return [
    [PROTOBUF_TYPE, Buffer.concat(frames)],
    [JSON_TYPE, Buffer.from(lines.join(""))],
  ];
}

function readListObjects(kind: Kind, type: string, body: Buffer): ClusterObject[] {
  const { events } = readList(kind, type, body);
  return events.flatMap((event) => (event.type === "PUT" ? [event.object] : []));
}

function readWatchObjects(kind: Kind, type: string, body: Buffer): ClusterObject[] {
  const objects: ClusterObject[] = [];
  const reader = new WatchReader(kind, type);
  for (let at = 0; at < body.length; at += CHUNK_OCTETS) {
    reader.push(body.subarray(at, at + CHUNK_OCTETS), (event) => {
      if (event.type === "PUT") objects.push(event.object);
    });
  }
  reader.end();
  return objects;
}

function heapOctets(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

type Read = typeof readListObjects;

function measure(what: string, kind: Kind, [type, body]: [string, Buffer], read: Read): void {
  /** Of the processor: other programs count less. */
  const timesMs: number[] = [];
  let count = 0;
  for (let round = 0; round < 7; round++) {
    const start = process.cpuUsage();
    count = read(kind, type, body).length;
    const { user, system } = process.cpuUsage(start);
    timesMs.push((user + system) / 1000);
  }
  const before = heapOctets();
  const objects = read(kind, type, body);
  const each = (heapOctets() - before) / objects.length;
  const [first = 0] = timesMs;
  const best = Math.min(...timesMs);
  const encoding = type === JSON_TYPE ? "JSON" : "protobuf";
  console.log(
    `${kind} ${what} ${encoding}: ${count} objects, ${(body.length / 1e6).toFixed(1)} MB,`,
    `first ${first.toFixed(0)} ms, best ${best.toFixed(0)} ms,`,
    `${(body.length / 1e3 / best).toFixed(0)} MB/s, ${(count / best).toFixed(0)} objects/ms,`,
    `${each.toFixed(0)} octets of heap each`,
  );
}

const [, , only = ""] = process.argv;
for (const [kind, count] of [
  ["Service", 10_000],
  ["EndpointSlice", 10_000],
  ["Pod", 50_000],
] as const) {
  const make = MAKERS[kind];
  if (!make || !kind.includes(only)) continue;
  const objects = Array.from({ length: count }, (_, i) => make(i));
  for (const body of listBodies(kind, objects)) measure("list", kind, body, readListObjects);
  for (const body of watchBodies(kind, objects)) measure("watch", kind, body, readWatchObjects);
}
