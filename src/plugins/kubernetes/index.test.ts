import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Instance } from "../../server/contract/plugin.ts";
import { testContext } from "../../testing/context.ts";
import { ask, testQuery } from "../../testing/query.ts";
import { kubernetes } from "./index.ts";

const WEB = `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop, labels: { tier: front } }
spec: { clusterIP: 10.96.0.20, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: api, namespace: shop }
spec: { ports: [{ port: 80 }] }
`;

let folder = "";
let instance: Instance | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kubernetes-plugin-"));
  mkdirSync(join(folder, "shop"));
  writeFileSync(join(folder, "shop", "web.yaml"), WEB);
});

afterEach(async () => {
  await instance?.stop?.();
  instance = undefined;
  rmSync(folder, { recursive: true });
});

function create(properties: string): Instance {
  const context = testContext({
    directive: `kubernetes {\n${properties}\n}`,
    zones: ["cluster.local."],
    settings: { root: folder },
  });
  instance = kubernetes.create?.(kubernetes.parse(context.directive), context) ?? {};
  return instance;
}

async function addresses(of: Instance, qname: string): Promise<readonly string[]> {
  return (await ask(of, testQuery(qname, "A"))).answer;
}

describe("the plugin over manifests", () => {
  it("serves what is in a folder below the root, once it has been read", async () => {
    const plugin = create("manifests shop");
    expect(plugin.notReady?.()).toMatch(/^waiting for the cluster's /);
    await plugin.start?.();
    expect(plugin.notReady?.()).toBeUndefined();
    expect(await addresses(plugin, "web.shop.svc.cluster.local.")).toEqual([
      "web.shop.svc.cluster.local. 5 IN A 10.96.0.20",
    ]);
  });

  it("takes ClusterIPs out of the range given, and Services by their labels", async () => {
    const plugin = create("manifests shop\nservice_cidr 198.51.100.0/24");
    await plugin.start?.();
    const [record] = await addresses(plugin, "api.shop.svc.cluster.local.");
    expect(record).toMatch(/ A 198\.51\.100\.\d+$/);
    await plugin.stop?.();
    const selective = create("manifests shop\nlabels tier=front");
    await selective.start?.();
    expect(await addresses(selective, "web.shop.svc.cluster.local.")).toHaveLength(1);
    expect(await addresses(selective, "api.shop.svc.cluster.local.")).toEqual([]);
  });

  it("does not start without the files", async () => {
    await expect(create("manifests nowhere").start?.()).rejects.toThrow("nowhere");
  });

  it("refuses ranges that do not fit together, naming the line", () => {
    expect(() => create("manifests shop\nservice_cidr 10.0.0.0/8 10.0.0.0/16")).toThrow(
      /^Corefile:2: plugin\/kubernetes: /,
    );
  });
});
