import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findOption } from "../../dns/edns.ts";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { OptionCode } from "../../dns/iana/option-code.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import type { ClusterObject, Kind } from "../../kube/cluster-source.ts";
import { TemporaryFolder } from "../../kube/manifests/testing.ts";
import { FakeSource } from "../../kube/snapshot/testing.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Reply } from "../../server/contract/reply.ts";
import { DROPPED } from "../../server/contract/reply.ts";
import { testContext } from "../../testing/context.ts";
import { passedOn, sections, testQuery } from "../../testing/query.ts";
import {
  externalName,
  headless,
  headlessImport,
  importedSlice,
  namespace,
  pod,
  service,
  serviceImport,
  slice,
} from "./cluster.cases.ts";
import { Kubernetes } from "./kubernetes.ts";
import { parseKubernetes } from "./parse.ts";
import { withSnapshot } from "./snapshot.ts";

const KINDS: readonly Kind[] = ["Namespace", "Service", "EndpointSlice", "Pod"];
const SHOP: readonly ClusterObject[] = [
  namespace("shop"),
  service("shop/web", { clusterIPs: ["10.96.0.20"] }),
  headless("shop/db"),
  slice("shop/db", [{ addresses: ["10.1.0.1"], hostname: "db-0" }]),
  headless("shop/empty"),
  externalName("shop/alias", "web.shop.svc.cluster.local"),
  externalName("shop/elsewhere", "db.example.net"),
  externalName("shop/later", "coming.shop.svc.cluster.local"),
  pod("shop/db-0", "10.1.0.1"),
];

let folder: TemporaryFolder;
let plugins: Kubernetes[];
beforeEach(() => {
  folder = new TemporaryFolder();
  plugins = [];
});
afterEach(async () => {
  for (const plugin of plugins) await plugin.stop();
  folder[Symbol.dispose]();
});

async function start(properties = "pods verified\nfallthrough", objects?: typeof SHOP) {
  const zones = "cluster.local set.test in-addr.arpa";
  const directive = `kubernetes ${zones} {\nsnapshot s\n${properties}\n}`;
  const context = testContext({ directive, settings: { root: folder.path } });
  const options = parseKubernetes(context.directive);
  const inner = new FakeSource();
  const plugin = new Kubernetes(options, context, {
    source: withSnapshot(inner, options, context),
    localAddresses: ["10.1.0.1"],
    now: Date.now,
  });
  await plugin.start();
  plugins.push(plugin);
  if (objects) inner.tellAll(objects, KINDS);
  return { plugin, inner, context };
}

/** A process that has known the shop and was stopped, and its successor. */
async function restart(properties?: string): ReturnType<typeof start> {
  const { plugin } = await start(properties, SHOP);
  await plugin.stop();
  return start(properties);
}

async function reply(plugin: Kubernetes, question: string): Promise<Reply> {
  const [qname = "", qtype] = question.split(" ");
  const outcome = await plugin.serve(testQuery(qname, qtype), passedOn);
  if (outcome === DROPPED) throw new TypeError("dropped");
  return outcome;
}

/** Code and text of a reply's Extended DNS Error; undefined if it has none. */
function extendedError({ options }: Reply): [number, string] | undefined {
  const data = findOption(options, OptionCode.EXTENDED_ERROR)?.data;
  return data && [data.readUInt16BE(0), data.toString("utf8", 2)];
}

async function failure(plugin: Kubernetes, question: string): Promise<unknown> {
  try {
    return sections(await reply(plugin, question));
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return [error.rcode, error.extendedError?.data.readUInt16BE(0)];
  }
}

const STALE = [
  ExtendedErrorCode.STALE_ANSWER,
  expect.stringMatching(/^snapshot of \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
];

describe("a cold start with a snapshot", () => {
  it.each([
    ["web.shop.svc.cluster.local. A", 1],
    ["WEB.shop.svc.cluster.local. A", 1],
    ["web.shop.svc.cluster.local. AAAA", 0],
    ["shop.svc.cluster.local. A", 0],
    ["_http._tcp.web.shop.svc.cluster.local. SRV", 1],
    ["db.shop.svc.cluster.local. A", 1],
    ["db-0.db.shop.svc.cluster.local. A", 1],
    ["alias.shop.svc.cluster.local. A", 2],
    ["elsewhere.shop.svc.cluster.local. A", 1],
    ["10-1-0-1.shop.pod.cluster.local. A", 1],
    ["20.0.96.10.in-addr.arpa. PTR", 1],
    ["1.0.1.10.in-addr.arpa. PTR", 1],
    ["cluster.local. NS", 1],
  ])("answers %s, and says of when that is", async (question, records) => {
    const { plugin } = await restart();
    const stale = await reply(plugin, question);
    expect([stale.rcode, stale.answer.length]).toEqual([Rcode.NOERROR, records]);
    expect(extendedError(stale)).toEqual(STALE);
  });

  it.each([
    "new.shop.svc.cluster.local. A",
    "web.new.svc.cluster.local. A",
    "new.svc.cluster.local. A",
    "_new._tcp.web.shop.svc.cluster.local. SRV",
    "db-1.db.shop.svc.cluster.local. A",
    "empty.shop.svc.cluster.local. A",
    "later.shop.svc.cluster.local. A",
    "10-1-0-2.shop.pod.cluster.local. A",
    "9.9.9.9.in-addr.arpa. PTR",
  ])("neither denies nor passes on %s, which may be there by now", async (question) => {
    const { plugin } = await restart();
    expect(await failure(plugin, question)).toEqual([Rcode.SERVFAIL, ExtendedErrorCode.NOT_READY]);
  });

  it("does not deny a Service that had no endpoints", async () => {
    const { plugin } = await restart("pods verified\nignore empty_service");
    expect(await failure(plugin, "web.shop.svc.cluster.local. A")).toEqual([
      Rcode.SERVFAIL,
      ExtendedErrorCode.NOT_READY,
    ]);
  });

  it("is ready, but transfers nothing", async () => {
    const { plugin } = await restart();
    expect(plugin.notReady()).toBeUndefined();
    expect(() => plugin.transfer(Name.parse("cluster.local."))).toThrow(QueryError);
  });

  it("without a file is not ready", async () => {
    const { plugin } = await start();
    expect(plugin.notReady()).toBe(
      "waiting for the cluster's Namespace, Service, EndpointSlice, Pod",
    );
  });

  it("has the Services of the cluster set", async () => {
    const properties = "multicluster cluster.local";
    const objects = [
      namespace("shop"),
      headlessImport("shop/far"),
      importedSlice("shop/far", "east", [{ addresses: ["10.2.0.1"], hostname: "h" }]),
    ];
    const kinds: readonly Kind[] = [...KINDS, "ServiceImport"];
    const { plugin, inner } = await start(properties);
    inner.tellAll(objects, kinds);
    await plugin.stop();
    const restarted = await start(properties);
    const stale = await reply(restarted.plugin, "h.east.far.shop.svc.cluster.local. A");
    expect([stale.answer.length, extendedError(stale)]).toEqual([1, STALE]);
    restarted.inner.tellAll(objects, kinds);
    const fresh = await reply(restarted.plugin, "h.east.far.shop.svc.cluster.local. A");
    expect([fresh.answer.length, extendedError(fresh)]).toEqual([1, undefined]);
  });

  it("has the topology zones", async () => {
    const zoned = slice("shop/db", [{ addresses: ["10.1.0.1"], zone: "a.b" }]);
    const { plugin } = await start("zonal", [namespace("shop"), headless("shop/db"), zoned]);
    await plugin.stop();
    const restarted = await start("zonal");
    const question = "a.b.pin._zone.db.shop.svc.cluster.local. A";
    expect((await reply(restarted.plugin, question)).answer).toHaveLength(1);
  });

  it("with other options is as without a file", async () => {
    const { plugin } = await start(undefined, SHOP);
    await plugin.stop();
    for (const properties of [
      "pods verified\nlabels a=b",
      "pods insecure",
      "kubeconfig other",
      "pods verified\nzonal",
    ]) {
      const other = await start(properties);
      expect([...other.plugin.index.objects()]).toEqual([]);
    }
    const other = await start("pods verified\nttl 30");
    expect([...other.plugin.index.objects()]).not.toEqual([]);
  });
});

it("says of the cluster set's zones alone that ServiceImports are still those of the snapshot", async () => {
  const properties = "multicluster set.test";
  const kinds: readonly Kind[] = ["Namespace", "Service", "EndpointSlice"];
  const objects = [
    namespace("shop"),
    service("shop/web", { clusterIPs: ["10.96.0.20"] }),
    serviceImport("shop/web", { clusterIPs: ["10.97.0.20"] }),
  ];
  const first = await start(properties);
  first.inner.tellAll(objects, [...kinds, "ServiceImport"]);
  await first.plugin.stop();
  const { plugin, inner } = await start(properties);
  const own = "web.shop.svc.cluster.local. A";
  const imported = "web.shop.svc.set.test. A";
  expect(extendedError(await reply(plugin, own))).toEqual(STALE);
  expect(extendedError(await reply(plugin, imported))).toEqual(STALE);
  inner.tellAll(objects.slice(0, 2), kinds);
  expect(extendedError(await reply(plugin, own))).toBeUndefined();
  expect(extendedError(await reply(plugin, imported))).toEqual(STALE);
  inner.sink.synced("ServiceImport");
  expect(await failure(plugin, imported)).toMatchObject({ rcode: "NXDOMAIN" });
});

describe("when the API server has been read", () => {
  it("lets go of replies from the snapshot, and denies again", async () => {
    const { plugin, inner } = await restart();
    const web = await reply(plugin, "web.shop.svc.cluster.local. A");
    expect(web.validity.isCurrent).toBe(true);
    const left = SHOP.filter(({ name }) => name !== "db");
    inner.tellAll(left, KINDS.slice(0, 3));
    expect(web.validity.isCurrent).toBe(false);
    const almost = await reply(plugin, "web.shop.svc.cluster.local. A");
    expect(extendedError(almost)).toEqual(STALE);
    expect(almost.validity.isCurrent).toBe(true);
    expect(await failure(plugin, "db.shop.svc.cluster.local. A")).toEqual([
      Rcode.SERVFAIL,
      ExtendedErrorCode.NOT_READY,
    ]);
    inner.sink.synced("Pod");
    expect(almost.validity.isCurrent).toBe(false);
    const fresh = await reply(plugin, "web.shop.svc.cluster.local. A");
    expect([fresh.answer.length, extendedError(fresh)]).toEqual([1, undefined]);
    expect(await failure(plugin, "db.shop.svc.cluster.local. A")).toMatchObject({
      rcode: "BADTRUNC",
    });
    expect(Array.from(plugin.transfer(Name.parse("cluster.local.")) ?? []).length).toBeGreaterThan(
      0,
    );
  });
});
