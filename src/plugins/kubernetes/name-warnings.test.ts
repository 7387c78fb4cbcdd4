import { afterEach, expect, it } from "vitest";
import { FakeSource } from "../../kube/snapshot/testing.ts";
import type { ClusterObject } from "../../kube/cluster-source.ts";
import { recordingLog, testContext } from "../../testing/context.ts";
import { KINDS, externalName, namespace, service } from "./cluster.cases.ts";
import { Kubernetes } from "./kubernetes.ts";
import { parseKubernetes } from "./parse.ts";

let plugin: Kubernetes | undefined;
afterEach(() => plugin?.stop());

/** What the log says when the cluster is told of, each object more than once. */
async function warningsOf(objects: readonly ClusterObject[], properties = ""): Promise<string[]> {
  const { log, lines } = recordingLog();
  const directive = `kubernetes cluster.local in-addr.arpa {\n${properties}\n}`;
  const context = testContext({ directive, log });
  const source = new FakeSource();
  plugin = new Kubernetes(parseKubernetes(context.directive), context, {
    source,
    localAddresses: [],
    now: Date.now,
  });
  await plugin.start();
  source.tellAll(objects, KINDS);
  // As after a gap in the watch.
  source.tellAll(objects, KINDS);
  return [...lines];
}

it.each([
  ["192.0.2.1", '"192.0.2.1" is an address'],
  ["2001:db8::1", '"2001:db8::1" is an address'],
  ["https://api.example.com", '"https://api.example.com" is a URL'],
  ["db.example.com:5432", '"db.example.com:5432" has a port'],
  ["example.com/path", '"example.com/path" has a path'],
])("externalName %s is told of once", async (target, what) => {
  const lines = await warningsOf([namespace("shop"), externalName("shop/out", target)]);
  expect(lines.map(messageOf)).toEqual([
    `Service "out" of namespace "shop" has no address: externalName ${what}, and a name is wanted there`,
  ]);
});

it("a circle is told of once, whoever is in it", async () => {
  const lines = await warningsOf([
    namespace("shop"),
    externalName("shop/one", "two.shop.svc.cluster.local"),
    externalName("shop/two", "three.shop.svc.cluster.local."),
    externalName("shop/three", "one.shop.svc.cluster.local"),
  ]);
  expect(lines.map(messageOf)).toEqual([
    'Service "three" of namespace "shop" has no address: its externalName leads in a circle, by way of shop/three, shop/one, shop/two',
  ]);
});

it("a namespace that is called like a top-level domain is told of once", async () => {
  const lines = await warningsOf([namespace("com"), namespace("shop"), namespace("io")]);
  expect(lines.map(messageOf)).toEqual([
    expect.stringContaining('Namespace "com" is called like a top-level domain'),
    expect.stringContaining('Namespace "io" is called like a top-level domain'),
  ]);
});

it("nothing is said of what works, nor of what is not shown", async () => {
  const objects = [
    namespace("shop"),
    service("shop/web", { clusterIPs: ["10.96.0.20"] }),
    externalName("shop/there", "db.example.com"),
    externalName("shop/inside", "web.shop.svc.cluster.local"),
    externalName("shop/later", "gone.shop.svc.cluster.local"),
    externalName("com/out", "192.0.2.1"),
    namespace("com"),
  ];
  expect(await warningsOf(objects, "namespaces shop")).toEqual([]);
});

it("another mistake of the same Service is told of, and there is an end", async () => {
  const many = Array.from({ length: 150 }, (_none, i) => externalName("shop/out", `10.0.0.${i}`));
  const lines = await warningsOf([namespace("shop"), ...many]);
  expect(lines).toHaveLength(100);
  expect(lines.at(-1)).toContain("no more of such names are told of");
});

it("what a terminal could obey is not in the line", async () => {
  const lines = await warningsOf([
    namespace("shop"),
    externalName("shop/out", "http://\u001b[31mred\u009b\u202e\nnext line"),
  ]);
  expect(lines).toHaveLength(1);
  // eslint-disable-next-line no-control-regex
  expect(lines[0]).toMatch(/^[ -~]*$/);
});

function messageOf(line: string): string {
  return line.replace(/^.*?(?=Service|Namespace)/, "");
}
