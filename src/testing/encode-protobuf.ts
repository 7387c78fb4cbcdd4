import { PbfWriter } from "pbf";

/** By name of a field: its number, and its message if it is one. "map" is map<string, string>. */
export interface Schema {
  readonly [name: string]: readonly [number: number, message?: Schema | "map"];
}

/** Encodes what JSON would have; fields that the schema has not are left out. */
export function encodeMessage(object: object, schema: Schema): Uint8Array {
  const pbf = new PbfWriter();
  for (const [name, value] of Object.entries(object)) {
    const [number, message] = schema[name] ?? [];
    if (number === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) {
      writeField(pbf, number, item, message);
    }
  }
  return pbf.finish();
}

function writeField(
  pbf: PbfWriter,
  number: number,
  value: unknown,
  message: Schema | "map" | undefined,
): void {
  if (message === "map") {
    for (const [key, text] of Object.entries(value as object)) {
      const entry = encodeMessage({ key, value: text }, { key: [1], value: [2] });
      pbf.writeBytesField(number, entry);
    }
  } else if (value instanceof Uint8Array) pbf.writeBytesField(number, value);
  else if (message) pbf.writeBytesField(number, encodeMessage(value as object, message));
  // `pbf` itself writes U+20000 as U+10000.
  else if (typeof value === "string") pbf.writeBytesField(number, Buffer.from(value));
  else if (typeof value === "number") pbf.writeVarintField(number, value);
  else pbf.writeBooleanField(number, value === true);
}

/** `k8s\0` and runtime.Unknown. */
export function envelope(apiVersion: string, kind: string, raw: Uint8Array): Buffer {
  const typeMeta = { apiVersion, kind };
  const pbf = new PbfWriter();
  pbf.writeBytesField(1, encodeMessage(typeMeta, { apiVersion: [1], kind: [2] }));
  pbf.writeBytesField(2, raw);
  return Buffer.concat([Buffer.from("k8s\0"), pbf.finish()]);
}

const OBJECT_META: Schema = {
  name: [1],
  namespace: [3],
  uid: [5],
  resourceVersion: [6],
  creationTimestamp: [8, {}],
  labels: [11, "map"],
  annotations: [12, "map"],
  managedFields: [
    17,
    { manager: [1], operation: [2], apiVersion: [3], fieldsType: [6], fieldsV1: [7, { raw: [1] }] },
  ],
};

const PORT: Schema = { name: [1], protocol: [2], port: [3], nodePort: [5] };
const LOAD_BALANCER: Schema = { loadBalancer: [1, { ingress: [1, { ip: [1], hostname: [2] }] }] };

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  Service: {
    metadata: [1, OBJECT_META],
    spec: [
      2,
      {
        ports: [1, PORT],
        selector: [2, "map"],
        clusterIP: [3],
        type: [4],
        externalIPs: [5],
        externalName: [10],
        externalTrafficPolicy: [11],
        publishNotReadyAddresses: [13],
        sessionAffinity: [7],
        ipFamilyPolicy: [17],
        clusterIPs: [18],
        ipFamilies: [19],
        internalTrafficPolicy: [22],
      },
    ],
    status: [3, LOAD_BALANCER],
  },
  EndpointSlice: {
    metadata: [1, OBJECT_META],
    endpoints: [
      2,
      {
        addresses: [1],
        conditions: [2, { ready: [1], serving: [2], terminating: [3] }],
        hostname: [3],
        targetRef: [4, { kind: [1], namespace: [2], name: [3], uid: [4] }],
        nodeName: [6],
        zone: [7],
      },
    ],
    ports: [3, PORT],
    addressType: [4],
  },
  Node: {
    metadata: [1, OBJECT_META],
    status: [
      3,
      { conditions: [4, { type: [1], status: [2] }], addresses: [5, { type: [1], address: [2] }] },
    ],
  },
  Ingress: {
    metadata: [1, OBJECT_META],
    spec: [2, { tls: [2, { hosts: [1] }], rules: [3, { host: [1] }], ingressClassName: [4] }],
    status: [3, LOAD_BALANCER],
  },
  Pod: {
    metadata: [1, OBJECT_META],
    spec: [2, { containers: [2, { name: [1], image: [2], args: [4] }], nodeName: [10] }],
    status: [3, { phase: [1], hostIP: [5], podIP: [6], podIPs: [12, { ip: [1] }] }],
  },
};
