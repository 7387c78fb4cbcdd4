import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { formatRecord } from "../../dns/presentation.ts";
import type { ClusterObject, Service, ServiceImport } from "../../kube/cluster-source.ts";
import {
  externalName,
  headless,
  headlessImport,
  importedSlice,
  namespace,
  pod,
  port,
  service,
  serviceImport,
  slice,
  TestCluster,
} from "./cluster.cases.ts";

const NAMESPACES = ["a", "b"];
const NAMES = ["x", "y"];
const ADDRESSES = ["10.0.0.1", "10.0.0.2", "fd00::1"];
const OPTIONS = {
  zones: "cluster.local set.test in-addr.arpa ip6.arpa",
  properties: "pods verified\nttl 7\nmulticluster set.test\nzonal",
  localAddresses: ["10.0.0.1"],
};

const namespaces = fc.constantFrom(...NAMESPACES);
const paths = fc.tuple(namespaces, fc.constantFrom(...NAMES)).map((parts) => parts.join("/"));
const addresses = fc.uniqueArray(fc.constantFrom(...ADDRESSES));
const ports = fc.uniqueArray(fc.constantFrom(port("p", 1), port("q", 2, "udp"), port("", 3)));

const services: fc.Arbitrary<Service> = fc.oneof(
  fc
    .tuple(paths, addresses, ports)
    .map(([path, clusterIPs, list]) => service(path, { clusterIPs, ports: list })),
  paths.map((path) => headless(path)),
  fc
    .tuple(paths, fc.constantFrom("x.a.svc.cluster.local", "example.net"))
    .map(([path, target]) => externalName(path, target)),
);

const endpoints = fc.record({
  addresses: addresses.filter((list) => list.length > 0),
  ready: fc.boolean(),
  hostname: fc.constantFrom("", "", "h", "10-0-0-2"),
  podName: fc.constantFrom("", "x-1", "X.y"),
  zone: fc.constantFrom("", "Z", "z.two"),
});

const serviceImports: fc.Arbitrary<ServiceImport> = fc.oneof(
  fc
    .tuple(paths, addresses, ports)
    .map(([path, clusterIPs, list]) => serviceImport(path, { clusterIPs, ports: list })),
  paths.map((path) => headlessImport(path)),
);

const serviceNames = fc.constantFrom("x", "x", "y", "");

/** Some belong to a Service of the cluster, some to one of the cluster set, some to both. */
const imported = fc.option(
  fc.record({ serviceName: serviceNames, cluster: fc.constantFrom("e", "w", "") }),
  { nil: undefined, freq: 2 },
);

const slices = fc
  .tuple(paths, fc.array(endpoints, { maxLength: 3 }), ports, serviceNames, imported)
  .map(([path, list, portList, serviceName, from]) =>
    slice(path, list, { ports: portList, serviceName, ...(from ? { imported: from } : {}) }),
  );

/** One slice in versions that differ little from each other. */
const versions = fc
  .tuple(fc.constantFrom("z", "Z", "z.two", ""), imported)
  .map(([zone, from]) =>
    slice(
      "a/x",
      ["10.0.0.1", { addresses: ["10.0.0.2"], hostname: "h", zone }],
      from ? { imported: from } : {},
    ),
  );

const objects: fc.Arbitrary<ClusterObject> = fc.oneof(
  services,
  serviceImports,
  slices,
  versions,
  namespaces.map(namespace),
  fc.tuple(paths, addresses).map(([path, podIPs]) => pod(path, ...podIPs)),
);

interface Change {
  readonly object: ClusterObject;
  readonly isRemoval: boolean;
}

const changes: fc.Arbitrary<Change> = fc.record({ object: objects, isRemoval: fc.boolean() });

/** Where most changes are to something that is there. */
const START: readonly ClusterObject[] = [
  ...NAMESPACES.map(namespace),
  headless("a/x"),
  slice("a/x", ["10.0.0.1", { addresses: ["10.0.0.2"], hostname: "h", zone: "z" }]),
  headlessImport("a/x"),
  importedSlice("a/x", "e", ["10.0.0.1", { addresses: ["10.0.0.2"], hostname: "h" }]),
];

const QUESTIONS = NAMESPACES.flatMap((space) => [
  `${space}.svc.cluster.local. A`,
  ...NAMES.flatMap((name) => {
    const own = `${name}.${space}.svc.cluster.local.`;
    return ["A", "AAAA", "SRV", "CNAME", "TXT"]
      .map((type) => `${own} ${type}`)
      .concat([
        `_p._tcp.${own} SRV`,
        `q.udp.${own} A`,
        `h.${own} SRV`,
        `10-0-0-1.${own} A`,
        `fd00--1.${own} SRV`,
        `z.pin._zone.${own} SRV`,
        `z.two.pin._zone.${own} A`,
        `nobody.prefer._zone.${own} AAAA`,
      ]);
  }),
  ...NAMES.flatMap((name) => {
    const own = `${name}.${space}.svc.set.test.`;
    return [`${own} A`, `${own} AAAA`, `${own} SRV`, `_p._tcp.${own} SRV`].concat([
      `h.e.${own} SRV`,
      `h.${own} A`,
      `10-0-0-1.w.${own} A`,
      `z.pin._zone.${own} A`,
    ]);
  }),
  `10-0-0-1.${space}.pod.cluster.local. SRV`,
  `fd00--1.${space}.pod.cluster.local. AAAA`,
]).concat(
  "cluster.local. NS",
  "1.0.0.10.in-addr.arpa. PTR",
  "2.0.0.10.in-addr.arpa. PTR",
  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. PTR",
);

async function answers(cluster: TestCluster): Promise<unknown[]> {
  const replies = await Promise.all(
    QUESTIONS.map(async (question) => {
      const [qname = "", qtype] = question.split(" ");
      const { rcode, answer, additional } = await cluster.ask(qname, qtype);
      return [question, rcode, answer.toSorted(), additional.toSorted()];
    }),
  );
  const transfers = ["cluster.local.", "set.test."].map((zone) =>
    Array.from(cluster.plugin.transfer(Name.parse(zone)) ?? [], formatRecord).toSorted(),
  );
  return [...replies, ...transfers];
}

function keyOf({ kind, namespace: space, name }: ClusterObject): string {
  return [kind, space, name].join("/");
}

describe("the index after any changes", () => {
  it("answers as one that is fed with what is left", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(changes, { maxLength: 12, size: "max" }), async (list) => {
        const changed = new TestCluster(START, OPTIONS);
        const left = new Map(START.map((object) => [keyOf(object), object]));
        for (const { object, isRemoval } of list) {
          if (isRemoval) changed.plugin.index.remove(object.kind, object);
          else changed.plugin.index.upsert(object);
          if (isRemoval) left.delete(keyOf(object));
          else left.set(keyOf(object), object);
          // Asking between changes fills what is remembered.
          await answers(changed);
        }
        const fresh = new TestCluster([...left.values()].toReversed(), OPTIONS);
        expect(maskSerial(await answers(changed))).toEqual(maskSerial(await answers(fresh)));
      }),
      { numRuns: 100 },
    );
  });

  it("answers as one that is fed with the objects that it gives", async () => {
    const podNames = { ...OPTIONS, properties: `${OPTIONS.properties}\nendpoint_pod_names` };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(OPTIONS, podNames),
        fc.array(objects, { maxLength: 30 }),
        async (options, list) => {
          const cluster = new TestCluster([...START, ...list], options);
          const given = JSON.stringify([...cluster.plugin.index.objects()]);
          const restored = new TestCluster(JSON.parse(given) as ClusterObject[], options);
          expect(maskSerial(await answers(restored))).toEqual(maskSerial(await answers(cluster)));
          expect(JSON.stringify([...restored.plugin.index.objects()])).toBe(given);
        },
      ),
      { numRuns: 100 },
    );
  });
});

function maskSerial(value: unknown): string {
  return JSON.stringify(value, undefined, 1).replaceAll(/(SOA \S+ \S+) \d+/g, "$1 SERIAL");
}
