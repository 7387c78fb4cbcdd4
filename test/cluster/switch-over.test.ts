import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ApiClient } from "./api-client.ts";
import { namespaceOf, serviceOf } from "./cluster-objects.ts";
import { ControlPlane } from "./control-plane.ts";
import { chartForAnyServer, recordedChart, recordedValues } from "./coredns-release.ts";
import { objectsOf, waysOf } from "./distribution.ts";
import { figure } from "./figure.ts";
import { loadObjects } from "./load-manifests.ts";
import { OperatorShell } from "./operator-shell.ts";
import { runHelm } from "./render.ts";
import { RunningPods } from "./running-pods.ts";
import { findCoreDns } from "./serve.ts";
import type { Traffic } from "./service-traffic.ts";
import { ServiceTraffic } from "./service-traffic.ts";

const RESTART = "kubectl -n kube-system rollout restart deployment/coredns";

let plane: ControlPlane;
let client: ApiClient;
let shell: OperatorShell;
let pods: RunningPods;
let traffic: ServiceTraffic;
/** What a rolling update of CoreDNS loses: measured once. */
let rolling: Traffic | undefined;

beforeAll(async () => {
  plane = await ControlPlane.start();
  client = plane.client();
  shell = new OperatorShell(plane.kubeconfig());
  await client.create(namespaceOf("shop"));
  await client.create(serviceOf({ namespace: "shop", name: "web" }, "10.96.20.1"));
});
afterAll(async () => {
  shell.end();
  await plane.stop();
});

beforeEach(() => {
  pods = new RunningPods(client, plane.kubeconfig());
  traffic = new ServiceTraffic(client, "kube-dns", "web.shop.svc.cluster.local A");
});
afterEach(async () => {
  await traffic.stop();
  try {
    await pods.stop();
  } finally {
    await removeAll();
  }
});

async function removeAll(): Promise<void> {
  for (const kind of ["Deployment", "Service", "ConfigMap"]) {
    const apiVersion = kind === "Deployment" ? "apps/v1" : "v1";
    const collection = { apiVersion, kind, namespace: "kube-system" };
    const { items } = await client.list(collection);
    const own = items.filter(({ metadata }) => /coredns|kube-dns|portolan/.test(metadata.name));
    for (const { metadata } of own) await client.delete({ ...collection, name: metadata.name });
  }
}

/** One step of a move: commands, or Helm. */
type Step = () => unknown;

/** How many queries were asked in vain while the steps were done, and who had to end for them had ended. */
async function lostDuring(...steps: readonly Step[]): Promise<Traffic> {
  await pods.settled();
  const before = await traffic.soFar();
  for (const step of steps) {
    await step();
    await pods.settled();
  }
  const { asked, lost } = await traffic.soFar();
  return { asked: asked - before.asked, lost: lost - before.lost };
}

function commands(blocks: readonly string[] = []): Step[] {
  return blocks.map((block) => () => shell.run(block));
}

/** Of the way that a page describes. */
function stepsOf(page: string): { readonly there: Step[]; readonly back: Step[] } {
  const [way] = waysOf(page);
  return { there: commands(way?.there), back: commands(way?.back) };
}

async function untilAnswered(): Promise<void> {
  await expect.poll(() => traffic.hasEndpoints, { timeout: 30_000 }).toBe(true);
  await pods.settled();
}

/** There and back, nothing is lost that CoreDNS's own rolling update does not lose. */
async function expectNoMoreLost(there: readonly Step[], back: readonly Step[]): Promise<void> {
  await untilAnswered();
  rolling ??= await lostDuring(...commands([RESTART]));
  const moved = await lostDuring(...there);
  expect(pods.images).toEqual(new Set(["portolan"]));
  const returned = await lostDuring(...back);
  expect(pods.images).toEqual(new Set(["coredns"]));
  for (const [what, { asked, lost }] of Object.entries({ rolling, moved, returned })) {
    figure(`${what}: queries lost`, `${lost} of ${asked}`);
    expect(asked).toBeGreaterThan(0);
    expect(lost).toBeLessThanOrEqual(rolling.lost);
  }
}

describe.skipIf(findCoreDns() === undefined)(
  "a move while somebody asks 100 times a second",
  () => {
    it.each(["kubeadm", "manifest"])("loses no query: %s", async (page) => {
      await loadObjects(client, objectsOf(page));
      const { there, back } = stepsOf(page);
      await expectNoMoreLost(there, back);
    });

    it("loses no query: a release of CoreDNS's chart", async () => {
      const target = ["--namespace", "kube-system", "--kubeconfig", plane.kubeconfig()];
      runHelm(["install", "coredns", recordedChart(plane.folder, "cluster"), ...target]);
      const upgrade = ["upgrade", "coredns", chartForAnyServer(plane.folder)];
      const there = () => runHelm([...upgrade, "--values", recordedValues("cluster"), ...target]);
      const back = () => runHelm(["rollback", "coredns", ...target]);
      await expectNoMoreLost([there], [back]);
    });
  },
);
