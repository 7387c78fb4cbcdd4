import type {
  ClusterObject,
  ClusterSink,
  ClusterSource,
  ClusterStore,
  Kind,
  ObjectKey,
  Service,
} from "../cluster-source.ts";

/** Keeps whole objects, and how it was told of them. */
export class MemoryStore implements ClusterStore {
  readonly kept = new Map<string, ClusterObject>();
  /** Since the last look: `+ Service shop/web`, `- Service shop/web`, `synced Service`. */
  calls: string[] = [];
  version: object = {};

  upsert(object: ClusterObject): void {
    this.kept.set(format(object.kind, object), object);
    this.#note(`+ ${format(object.kind, object)}`);
  }

  remove(kind: Kind, key: ObjectKey): void {
    this.kept.delete(format(kind, key));
    this.#note(`- ${format(kind, key)}`);
  }

  restored(kind: Kind, savedAtMs: number): void {
    this.#note(`restored ${kind} of ${savedAtMs}`);
  }

  synced(kind: Kind): void {
    this.#note(`synced ${kind}`);
  }

  objects(): Iterable<ClusterObject> {
    return this.kept.values();
  }

  #note(call: string): void {
    this.calls.push(call);
    this.version = {};
  }
}

function format(kind: Kind, { namespace, name }: ObjectKey): string {
  return `${kind} ${namespace}/${name}`;
}

/** A source whose sink the test plays on. */
export class FakeSource implements ClusterSource {
  #sink: ClusterSink | undefined;

  async start(sink: ClusterSink): Promise<void> {
    this.#sink = sink;
  }

  async stop(): Promise<void> {
    this.#sink = undefined;
  }

  get sink(): ClusterSink {
    if (!this.#sink) throw new TypeError("Cannot tell: the source is not started");
    return this.#sink;
  }

  /** Tells of all objects, and that these are all. */
  tellAll(objects: readonly ClusterObject[], kinds: readonly Kind[]): void {
    for (const object of objects) this.sink.upsert(object);
    for (const kind of kinds) this.sink.synced(kind);
  }
}

/** A Service given as `namespace/name`. */
export function testService(path: string, clusterIP = "10.96.0.1"): Service {
  const [namespace = "", name = ""] = path.split("/");
  return {
    kind: "Service",
    namespace,
    name,
    type: "ClusterIP",
    clusterIPs: [clusterIP],
    headless: false,
    externalName: "",
    ports: [],
    externalIPs: [],
    externalHostnames: [],
    publishNotReadyAddresses: false,
  };
}
