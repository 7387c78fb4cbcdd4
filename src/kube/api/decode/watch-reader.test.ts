import fc from "fast-check";
import { PbfWriter } from "pbf";
import { describe, expect, it } from "vitest";
import { encodeMessage, envelope } from "../../../testing/encode-protobuf.ts";
import { MAX_FRAME_OCTETS } from "./frames.ts";
import { StreamError } from "./stream-error.ts";
import { JSON_WATCH, line, PROTOBUF_WATCH, readWatch, recording } from "./testing.ts";
import { WatchReader } from "./watch-reader.ts";

const KINDS = ["Namespace", "Service", "EndpointSlice", "Pod"] as const;
const WATCHES = [
  ["json", JSON_WATCH],
  ["pb", PROTOBUF_WATCH],
] as const;

describe("a watch of a real API server", () => {
  it.each(KINDS)("of kind %s is the same in JSON and protobuf", (kind) => {
    const json = readWatch(kind, JSON_WATCH, recording(`${kind}-watch.json`));
    const protobuf = readWatch(kind, PROTOBUF_WATCH, recording(`${kind}-watch.pb`));
    const objects = ({ type }: { type: string }): boolean => type !== "BOOKMARK";
    expect(protobuf.filter(objects)).toEqual(json.filter(objects));
    const types = new Set(protobuf.map(({ type }) => type));
    expect(types.isSubsetOf(new Set(["PUT", "DELETED", "BOOKMARK"]))).toBe(true);
    expect(types.has("PUT")).toBe(true);
    // Without a controller, no Namespace is ever deleted.
    expect(types.has("DELETED")).toBe(kind !== "Namespace");
  });

  it.each(WATCHES)("ends with what has been changed and deleted: %s", (ending, type) => {
    const events = readWatch("Pod", type, recording(`Pod-watch.${ending}`));
    const { length } = events;
    const last = events.findIndex((event) => event.type === "DELETED");
    expect(length).toBeGreaterThan(10);
    expect(events.slice(last - 1, last + 1)).toMatchObject([
      { type: "PUT", object: { name: "crew" } },
      { type: "DELETED", kind: "Pod", key: { namespace: "crane-ns", name: "crew" } },
    ]);
  });

  it.each(WATCHES)("has bookmarks: %s", (ending, type) => {
    const events = KINDS.flatMap((kind) =>
      readWatch(kind, type, recording(`${kind}-watch.${ending}`)),
    );
    const bookmarks = events.filter((event) => event.type === "BOOKMARK");
    expect(bookmarks.length).toBeGreaterThan(0);
    for (const bookmark of bookmarks) {
      expect(bookmark).toEqual({
        type: "BOOKMARK",
        resourceVersion: expect.stringMatching(/^\d+$/),
        endsInitialEvents: false,
      });
    }
  });

  it.each(WATCHES)("may be refused: %s", (ending, type) => {
    expect(readWatch("Service", type, recording(`expired-watch.${ending}`))).toEqual([
      {
        type: "ERROR",
        status: {
          code: 410,
          reason: "Expired",
          message: expect.stringMatching(/^too old resource version: 1/),
          retryAfterSeconds: undefined,
          causes: [],
        },
      },
    ]);
    expect(readWatch("Service", type, recording(`refused-watch.${ending}`))).toMatchObject([
      { type: "ERROR", status: { code: 500, reason: "InternalError" } },
    ]);
  });
});

/** Cuts behind so many frames. */
function cutAfter(body: Buffer, type: string, frames: number): Buffer[] {
  let at = 0;
  for (let i = 0; i < frames; i++) {
    at = type === JSON_WATCH ? body.indexOf("\n", at) + 1 : at + 4 + body.readUInt32BE(at);
  }
  return [body.subarray(0, at), body.subarray(at)];
}

/** What is thrown, if anything is. */
function failureOf(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("chunks may be cut anywhere", () => {
  it.each(WATCHES)("into single octets: %s", (ending, type) => {
    const body = recording(`Namespace-watch.${ending}`);
    const octets = Array.from(body, (octet) => Buffer.from([octet]));
    expect(readWatch("Namespace", type, ...octets)).toEqual(readWatch("Namespace", type, body));
  });

  it.each(WATCHES)("in two at every boundary: %s", (ending, type) => {
    const [first] = cutAfter(recording(`Namespace-watch.${ending}`), type, 3);
    const body = first ?? Buffer.alloc(0);
    const whole = readWatch("Namespace", type, body);
    expect(whole).toHaveLength(3);
    for (let at = 0; at <= body.length; at++) {
      const parts = [body.subarray(0, at), body.subarray(at)];
      expect(readWatch("Namespace", type, ...parts)).toEqual(whole);
    }
  });

  it.each(WATCHES)("in any other way: %s", (ending, type) => {
    const body = recording(`EndpointSlice-watch.${ending}`);
    const whole = readWatch("EndpointSlice", type, body);
    const cuts = fc.array(fc.nat(body.length), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, (unsorted) => {
        const places = [0, ...unsorted.toSorted((a, b) => a - b), body.length];
        const chunks = places.slice(1).map((end, i) => body.subarray(places[i], end));
        expect(readWatch("EndpointSlice", type, ...chunks)).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });

  it.each(WATCHES)("but not off: %s", (ending, type) => {
    const body = recording(`Namespace-watch.${ending}`);
    const reader = new WatchReader("Namespace", type);
    reader.push(body.subarray(0, body.length - 1), () => {});
    expect(() => reader.end()).toThrow(StreamError);
  });
});

function frame(type: string, raw: Uint8Array): Buffer {
  const event = encodeMessage({ type, object: { raw } }, { type: [1], object: [2, { raw: [1] }] });
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

function message(write: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter();
  write(pbf);
  return pbf.finish();
}

function metadata(name: string, version: string): Uint8Array {
  return message((pbf) => {
    pbf.writeStringField(1, name);
    pbf.writeStringField(3, "shop");
    pbf.writeStringField(6, version);
  });
}

describe("a bookmark", () => {
  const annotations = { "k8s.io/initial-events-end": "true", other: "x" };

  it("ends the initial events in JSON", () => {
    const object = { kind: "Service", metadata: { resourceVersion: "77", annotations } };
    const expected = { type: "BOOKMARK", resourceVersion: "77", endsInitialEvents: true };
    expect(readWatch("Service", JSON_WATCH, line("BOOKMARK", object))).toEqual([expected]);
  });

  it("without a version makes no sense", () => {
    const object = { kind: "Service", metadata: { annotations } };
    expect(readWatch("Service", JSON_WATCH, line("BOOKMARK", object))).toMatchObject([
      { type: "UNREADABLE", reason: "metadata.resourceVersion: is missing" },
    ]);
  });

  it("ends the initial events in protobuf", () => {
    const meta = message((pbf) => {
      pbf.writeStringField(6, "77");
      for (const [key, value] of Object.entries(annotations)) {
        const entry = message((map) => {
          map.writeStringField(1, key);
          map.writeStringField(2, value);
        });
        pbf.writeBytesField(12, entry);
      }
    });
    const object = message((pbf) => pbf.writeBytesField(1, meta));
    const chunk = frame("BOOKMARK", envelope("v1", "Service", object));
    const expected = { type: "BOOKMARK", resourceVersion: "77", endsInitialEvents: true };
    expect(readWatch("Service", PROTOBUF_WATCH, chunk)).toEqual([expected]);
  });
});

describe("an error in protobuf", () => {
  it("says when to come again", () => {
    const details = message((pbf) => {
      pbf.writeVarintField(5, 7);
      pbf.writeBytesField(
        4,
        message((cause) => cause.writeStringField(1, "Busy")),
      );
    });
    const status = message((pbf) => {
      pbf.writeStringField(3, "come again");
      pbf.writeStringField(4, "TooManyRequests");
      pbf.writeBytesField(5, details);
      pbf.writeVarintField(6, 429);
    });
    const expected = {
      code: 429,
      reason: "TooManyRequests",
      message: "come again",
      retryAfterSeconds: 7,
      causes: ["Busy"],
    };
    const chunk = frame("ERROR", envelope("v1", "Status", status));
    expect(readWatch("Pod", PROTOBUF_WATCH, chunk)).toEqual([{ type: "ERROR", status: expected }]);
  });

  it.each([
    ["protobuf", PROTOBUF_WATCH, frame("ERROR", Buffer.from("none"))],
    ["JSON", JSON_WATCH, line("ERROR", { kind: "Pod" })],
  ])("that cannot be read is one all the same: %s", (_, type, chunk) => {
    expect(readWatch("Pod", type, chunk)).toMatchObject([{ type: "ERROR", status: { code: 0 } }]);
  });
});

const SERVICE = { kind: "Service", metadata: { name: "web", namespace: "shop" } };
const SLICE = { kind: "EndpointSlice", metadata: { name: "web-1", namespace: "shop" } };

describe("an object in JSON that is strange, but says which it is, is thin", () => {
  it.each<[string, object, object]>([
    ["spec is null", { spec: null }, { clusterIPs: [], headless: false, type: "ClusterIP" }],
    ["there is no spec", {}, { clusterIPs: [], ports: [] }],
    ["lists are null", { spec: { ports: null, clusterIPs: null } }, { clusterIPs: [], ports: [] }],
    ["clusterIP is empty", { spec: { clusterIP: "" } }, { clusterIPs: [], headless: false }],
    ["clusterIP is alone", { spec: { clusterIP: "10.0.0.1" } }, { clusterIPs: ["10.0.0.1"] }],
    ["it is headless in one field", { spec: { clusterIP: "None" } }, { headless: true }],
    [
      "an address is none",
      { spec: { clusterIPs: ["10.0.0.300", "::1"] } },
      { clusterIPs: ["::1"] },
    ],
    ["an address is long", { spec: { clusterIPs: ["FD00:0::1"] } }, { clusterIPs: ["fd00::1"] }],
    ["a type is new", { spec: { type: "Teleport" } }, { type: "ClusterIP" }],
    [
      "an ingress has name and address",
      { status: { loadBalancer: { ingress: [{ ip: "192.0.2.1", hostname: "a.example" }] } } },
      { externalIPs: ["192.0.2.1"], externalHostnames: [] },
    ],
  ])("%s", (_, fields, expected) => {
    const events = readWatch("Service", JSON_WATCH, line("ADDED", { ...SERVICE, ...fields }));
    expect(events).toMatchObject([{ type: "PUT", object: { name: "web", ...expected } }]);
  });

  it("a slice with null for lists, ready and the time", () => {
    const annotations = { "endpoints.kubernetes.io/last-change-trigger-time": "yesterday" };
    const object = {
      ...SLICE,
      metadata: { ...SLICE.metadata, labels: null, annotations },
      addressType: "IPv4",
      endpoints: [{ addresses: ["192.0.2.1"], conditions: null, targetRef: null }],
      ports: [{ name: null, port: null, protocol: null }],
    };
    const [event] = readWatch("EndpointSlice", JSON_WATCH, line("MODIFIED", object));
    expect(event).toMatchObject({
      type: "PUT",
      object: { endpoints: [{ ready: true }], ports: [{ name: "", port: 0, protocol: "tcp" }] },
    });
    expect(event).not.toHaveProperty("object.triggeredAtMs");
  });
});

describe("an object in JSON that makes no sense is passed over, and the next one read", () => {
  const next = line("ADDED", { ...SERVICE, metadata: { ...SERVICE.metadata, name: "next" } });

  it.each<[string, unknown, string]>([
    ["a spec that is a list", { ...SERVICE, spec: [] }, "spec: a list is not an object"],
    ["ports that are none", { ...SERVICE, spec: { ports: "x" } }, "ports: a value of type string"],
    ["a port too high", { ...SERVICE, spec: { ports: [{ port: 65_536 }] } }, "port: 65536 is not"],
    ["a port of text", { ...SERVICE, spec: { ports: [{ port: "80" }] } }, "port: a value of type"],
    ["no name", { kind: "Service", metadata: { namespace: "shop" } }, "metadata.name: is missing"],
    [
      "no namespace",
      { kind: "Service", metadata: { name: "a" } },
      "metadata.namespace: is missing",
    ],
    ["no metadata", { kind: "Service" }, "metadata.name: is missing"],
    ["another kind", { kind: "Table" }, 'kind: "Table" is not Service'],
    ["null", null, 'kind: "" is not Service'],
    ["a number", 5, "object: a value of type number is not an object"],
  ])("%s", (_, object, reason) => {
    const events = readWatch("Service", JSON_WATCH, line("ADDED", object), next);
    expect(events).toMatchObject([
      { type: "UNREADABLE", reason: expect.stringContaining(reason) },
      { type: "PUT", object: { name: "next" } },
    ]);
  });

  it("with its name and version, as far as they can be read", () => {
    const metadata = { ...SERVICE.metadata, resourceVersion: "5" };
    const [event] = readWatch(
      "Service",
      JSON_WATCH,
      line("ADDED", { ...SERVICE, metadata, spec: 1 }),
    );
    const key = { namespace: "shop", name: "web" };
    expect(event).toMatchObject({ type: "UNREADABLE", key, resourceVersion: "5" });
  });

  it("as is an event of a type that is not known", () => {
    expect(readWatch("Service", JSON_WATCH, line("MOVED", SERVICE))).toMatchObject([
      { type: "UNREADABLE", reason: 'event type "MOVED" is not known' },
    ]);
  });
});

describe("an object in protobuf that makes no sense is passed over, and the next one read", () => {
  const next = frame(
    "ADDED",
    envelope(
      "v1",
      "Service",
      message((pbf) => pbf.writeBytesField(1, metadata("next", "6"))),
    ),
  );
  const withSpec = (spec: Uint8Array): Uint8Array =>
    message((pbf) => {
      pbf.writeBytesField(1, metadata("web", "5"));
      pbf.writeBytesField(2, spec);
    });
  const port = message((pbf) => pbf.writeVarintField(3, -1));

  it.each<[string, Uint8Array, string]>([
    [
      "text that is longer than all",
      Buffer.from([0x1a, 0x7f]),
      "127 octets are more than there are",
    ],
    ["a group", Buffer.from([0x33]), "Unimplemented type: 3"],
    ["a number for a text", Buffer.from([0x18, 0x01]), "wire type 0, not 2"],
    ["a negative port", message((pbf) => pbf.writeBytesField(1, port)), "port: -1 is not a port"],
    ["a number without end", Buffer.alloc(12, 0xff), "Expected varint"],
  ])("%s", (_, spec, reason) => {
    const broken = frame("ADDED", envelope("v1", "Service", withSpec(spec)));
    const key = { namespace: "shop", name: "web" };
    expect(readWatch("Service", PROTOBUF_WATCH, broken, next)).toMatchObject([
      { type: "UNREADABLE", key, resourceVersion: "5", reason: expect.stringContaining(reason) },
      { type: "PUT", object: { name: "next", clusterIPs: [], ports: [] } },
    ]);
  });

  it.each<[string, Buffer]>([
    ["without an envelope", frame("ADDED", metadata("web", "5"))],
    ["of another kind", frame("ADDED", envelope("v1", "Pod", withSpec(Buffer.alloc(0))))],
    ["without a name", frame("DELETED", envelope("v1", "Service", Buffer.alloc(0)))],
  ])("%s", (_, broken) => {
    expect(readWatch("Service", PROTOBUF_WATCH, broken, next)).toMatchObject([
      { type: "UNREADABLE", key: undefined, resourceVersion: "" },
      { type: "PUT", object: { name: "next" } },
    ]);
  });
});

describe("a stream is broken", () => {
  it.each<[string, string, Buffer]>([
    ["by a length of more than 64 MiB", PROTOBUF_WATCH, Buffer.from([4, 0, 0, 1])],
    ["by a frame without an event", PROTOBUF_WATCH, Buffer.from([0, 0, 0, 2, 0xff, 0xff])],
    ["by an empty frame", PROTOBUF_WATCH, Buffer.alloc(4)],
    ["by a line that is no JSON", JSON_WATCH, Buffer.from("HTTP/1.1 200 OK\n")],
    ["by a line that is no event", JSON_WATCH, Buffer.from("null\n")],
    ["by a line without a type", JSON_WATCH, Buffer.from('{"object":{}}\n')],
  ])("%s", (_, type, chunk) => {
    const reader = new WatchReader("Service", type);
    expect(() => reader.push(chunk, () => {})).toThrow(StreamError);
  });

  it("by a line of more than 64 MiB", () => {
    const reader = new WatchReader("Service", JSON_WATCH);
    const chunk = Buffer.alloc(MAX_FRAME_OCTETS / 4, " ");
    for (let i = 0; i < 4; i++) reader.push(chunk, () => {});
    expect(() => reader.push(chunk.subarray(0, 1), () => {})).toThrow(StreamError);
  });

  it("from the start, where nothing can be read of the media type", () => {
    expect(() => new WatchReader("Service", "text/html")).toThrow(StreamError);
    expect(() => new WatchReader("ServiceImport", PROTOBUF_WATCH)).toThrow(StreamError);
  });
});

describe("a stream that has been tampered with", () => {
  const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });

  it.each(KINDS.flatMap((kind) => WATCHES.map(([ending, type]) => [kind, ending, type] as const)))(
    "of kind %s in %s gives events or a StreamError, nothing else",
    (kind, ending, type) => {
      const body = recording(`${kind}-watch.${ending}`);
      fc.assert(
        fc.property(mutations, (places) => {
          const changed = Buffer.from(body);
          for (const [place, octet] of places) changed[place % changed.length] = octet;
          const failure = failureOf(() => void readWatch(kind, type, changed));
          expect(failure === undefined || failure instanceof StreamError).toBe(true);
        }),
        { numRuns: 150 },
      );
    },
  );

  it("or made up gives a StreamError", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 5, maxLength: 200 }),
        fc.constantFrom(...WATCHES),
        (octets, [, type]) => {
          const failure = failureOf(() => void readWatch("Service", type, Buffer.from(octets)));
          expect(failure).toBeInstanceOf(StreamError);
        },
      ),
      { numRuns: 300 },
    );
  });
});
