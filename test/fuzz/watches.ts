import { readList } from "../../src/kube/api/decode/read-list.ts";
import { StreamError } from "../../src/kube/api/decode/stream-error.ts";
import { JSON_WATCH, PROTOBUF_WATCH, recording } from "../../src/kube/api/decode/testing.ts";
import type { WatchEvent } from "../../src/kube/api/decode/watch-event.ts";
import { WatchReader } from "../../src/kube/api/decode/watch-reader.ts";
import type { ClusterObject, Kind } from "../../src/kube/cluster-source.ts";
import { TestCluster } from "../../src/plugins/kubernetes/cluster.cases.ts";
import { checkAnswers } from "./cluster-answers.ts";
import { mutateJson } from "./json-mutation.ts";
import { damaged } from "./mutate-packet.ts";
import { mutateProtobuf } from "./protobuf-mutation.ts";
import type { Random } from "./random.ts";
import type { FuzzResult, FuzzTarget } from "./target.ts";
import { cpuMs, FuzzFinding } from "./target.ts";

/** What an API server sends, changed: events, or the stream is broken; and what DNS makes of it. */
export const watches: FuzzTarget = {
  name: "watches",
  cases: 3_000,
  limitMs: 50,
  open() {
    const recordings = KINDS.flatMap((kind) => [
      { kind, isJson: true, frames: lines(recording(`${kind}-watch.json`)) },
      { kind, isJson: false, frames: lengthFrames(recording(`${kind}-watch.pb`)) },
    ]);
    return Promise.resolve({
      run: (random) => runWatch(random.pick(recordings), random),
      close: () => Promise.resolve(),
    });
  },
};

/** The same of lists. */
export const lists: FuzzTarget = {
  name: "lists",
  cases: 1_000,
  limitMs: 50,
  open() {
    const recordings = KINDS.flatMap((kind) => [
      { kind, isJson: true, body: recording(`${kind}-list.json`) },
      { kind, isJson: false, body: recording(`${kind}-list.pb`) },
    ]);
    return Promise.resolve({
      run: (random) => runList(random.pick(recordings), random),
      close: () => Promise.resolve(),
    });
  },
};

const KINDS = ["Namespace", "Service", "EndpointSlice", "Pod"] as const;
const MAX_FRAMES = 8;
const LENGTH_OCTETS = 4;
const NEWLINE = 10;
const MAGIC_OCTETS = 4;

interface Recording {
  readonly kind: Kind;
  readonly isJson: boolean;
  readonly frames: readonly Buffer[];
}

function runWatch({ kind, isJson, frames }: Recording, random: Random): Promise<FuzzResult> {
  const chosen = Array.from({ length: 1 + random.below(MAX_FRAMES) }, () => {
    const body = random.pick(frames);
    return random.oneIn(2)
      ? body
      : isJson
        ? changedLine(body, random)
        : mutateProtobuf(body, random);
  });
  const octets = damaged(Buffer.concat(chosen.map(isJson ? framedLine : framedLength)), random);
  return read(octets, (onEvent) => {
    const reader = new WatchReader(kind, isJson ? JSON_WATCH : PROTOBUF_WATCH);
    for (let at = 0; at < octets.length;) {
      const end = at + 1 + random.below(octets.length);
      reader.push(octets.subarray(at, end), onEvent);
      at = end;
    }
    reader.end();
  });
}

function runList(
  { kind, isJson, body }: { kind: Kind; isJson: boolean; body: Buffer },
  random: Random,
): Promise<FuzzResult> {
  const changed = isJson
    ? Buffer.from(JSON.stringify(mutateJson(JSON.parse(body.toString()), random)) ?? "")
    : Buffer.concat([
        body.subarray(0, MAGIC_OCTETS),
        mutateProtobuf(body.subarray(MAGIC_OCTETS), random),
      ]);
  const octets = damaged(changed, random);
  return read(octets, (onEvent) => {
    readList(kind, isJson ? JSON_WATCH : PROTOBUF_WATCH, octets).events.forEach(onEvent);
  });
}

async function read(
  octets: Buffer,
  act: (onEvent: (event: WatchEvent) => void) => void,
): Promise<FuzzResult> {
  const { plugin } = new TestCluster([], { properties: "pods verified" });
  const beganMs = cpuMs();
  const told: ClusterObject[] = [];
  let outcome = "read";
  try {
    act((event) => {
      if (event.type === "PUT") {
        told.push(event.object);
        plugin.index.upsert(event.object);
      }
      if (event.type === "DELETED") plugin.index.remove(event.kind, event.key);
    });
  } catch (error) {
    if (!(error instanceof StreamError))
      throw new FuzzFinding(`threw ${String(error)}`, octets, error);
    outcome = "broken";
  }
  const ms = cpuMs() - beganMs;
  await checkAnswers(plugin, told, octets);
  return { outcome, ms };
}

function changedLine(line: Buffer, random: Random): Buffer {
  return Buffer.from(JSON.stringify(mutateJson(JSON.parse(line.toString()), random)) ?? "");
}

function lines(body: Buffer): Buffer[] {
  const texts = body.toString().split("\n");
  return texts.filter((text) => text !== "").map((text) => Buffer.from(text));
}

function lengthFrames(body: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const end = at + LENGTH_OCTETS + body.readUInt32BE(at);
    found.push(body.subarray(at + LENGTH_OCTETS, end));
    at = end;
  }
  return found;
}

function framedLine(line: Buffer): Buffer {
  return Buffer.concat([line, Buffer.from([NEWLINE])]);
}

function framedLength(body: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_OCTETS);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}
