import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiClient } from "./api-client.ts";
import { CLIENT_CERTIFICATE } from "./api-server.ts";
import { ControlPlane } from "./control-plane.ts";
import type { Collection, KubernetesObject, ObjectReference } from "./kubernetes-object.ts";
import { referenceTo } from "./kubernetes-object.ts";
import { loadManifests, parseManifests } from "./load-manifests.ts";
import { DNS_RULES, allow } from "./rbac.ts";
import { requestToken, signToken, userOf } from "./service-account.ts";

const READER = { name: "reader", token: "reader-token", groups: ["readers"] };
const STRANGER = { name: "stranger", token: "stranger-token", groups: [] };
const SERVICES: Collection = { apiVersion: "v1", kind: "Service" };
const STREAMED = {
  sendInitialEvents: "true",
  allowWatchBookmarks: "true",
  resourceVersionMatch: "NotOlderThan",
};
const HARBOR = readFileSync(join(import.meta.dirname, "../recorded/data/harbor.yaml"), "utf8");

let plane: ControlPlane;
let client: ApiClient;

beforeAll(async () => {
  plane = await ControlPlane.start({ users: [READER, STRANGER] });
  client = plane.client();
});
afterAll(() => plane.stop());

function configMap(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" } };
}

function configMapReference(name: string): ObjectReference {
  return { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name };
}

describe("the control plane", () => {
  it("takes the recorded cluster, and its status", async () => {
    await loadManifests(client, HARBOR);
    // A second time changes nothing, and fails nowhere.
    await loadManifests(client, HARBOR);
    const withStatus = parseManifests(HARBOR).filter(({ status }) => status !== undefined);
    expect(withStatus.map(({ kind }) => kind)).toContain("Pod");
    for (const object of withStatus) {
      expect(await client.get(referenceTo(object))).toMatchObject({ status: object.status });
    }
  });

  it("sends a watch what is created, changed and deleted", async () => {
    const { metadata } = await client.list(SERVICES);
    const seen: string[] = [];
    const watched = (async () => {
      for await (const event of client.watch(SERVICES, metadata)) {
        seen.push(`${event.type} ${event.object.metadata.name}`);
        if (event.type === "DELETED") return;
      }
    })();
    const spec = { ports: [{ port: 80 }] };
    const service = { ...SERVICES, metadata: { name: "web", namespace: "default" }, spec };
    const created = await client.create(service);
    expect(created).toMatchObject({ spec: { clusterIP: expect.stringMatching(/^10\./) } });
    const reference = { ...SERVICES, namespace: "default", name: "web" };
    await client.patch(reference, { metadata: { labels: { app: "web" } } });
    await client.delete(reference);
    await watched;
    expect(seen).toEqual(["ADDED web", "MODIFIED web", "DELETED web"]);
  });

  it("streams a list that a watch asks for", async () => {
    const names: string[] = [];
    for await (const { type, object } of client.watch(SERVICES, STREAMED)) {
      if (type === "BOOKMARK") break;
      names.push(object.metadata.name);
    }
    const { items } = await client.list(SERVICES);
    expect(names.toSorted()).toEqual(items.map(({ metadata }) => metadata.name).toSorted());
  });

  it("keeps nothing of a dry run", async () => {
    const { metadata } = await client.apply(configMap("dry"), { dryRun: true });
    expect(metadata.uid).toBeDefined();
    expect(await client.find(configMapReference("dry"))).toBeUndefined();
  });

  it("deletes a namespace for good", async () => {
    const metadata = { name: "short-lived" };
    await client.create({ apiVersion: "v1", kind: "Namespace", metadata });
    await client.deleteNamespace("short-lived");
    const reference = { apiVersion: "v1", kind: "Namespace", name: "short-lived" };
    expect(await client.find(reference)).toBeUndefined();
  });
});

describe("users", () => {
  it("may do what RBAC allows, and nothing else", async () => {
    const reader = plane.client(READER);
    await expect(reader.list(SERVICES)).rejects.toMatchObject({ code: 403, reason: "Forbidden" });
    await allow(client, READER.name, DNS_RULES);
    await expect
      .poll(() =>
        reader.list(SERVICES).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await expect(reader.create(configMap("mine"))).rejects.toMatchObject({ code: 403 });
    await expect(plane.client(STRANGER).list(SERVICES)).rejects.toMatchObject({ code: 403 });
  });

  it("are nobody without a token that is known", async () => {
    const nobody = plane.client({ token: "unknown" });
    await expect(nobody.list(SERVICES)).rejects.toMatchObject({
      message: expect.stringMatching(/401/),
    });
  });

  it("may be replaced", async () => {
    const heir = { ...READER, token: "another-token" };
    await plane.replaceUsers([heir]);
    expect((await plane.client(heir).list(SERVICES)).items).not.toEqual([]);
    const { status } = await plane.client(READER).send({ method: "GET", path: "/api/v1/services" });
    expect(status).toBe(401);
  });

  it("may have a client certificate", async () => {
    const agent = new Agent({
      ca: readFileSync(plane.caFile),
      cert: readFileSync(CLIENT_CERTIFICATE.certificate),
      key: readFileSync(CLIENT_CERTIFICATE.key),
    });
    await allow(client, CLIENT_CERTIFICATE.user, DNS_RULES);
    const [response] = await once(get(`${plane.url}/api/v1/services`, { agent }), "response");
    expect(response.statusCode).toBe(200);
    agent.destroy();
  });

  it("may be service accounts", async () => {
    const account = { namespace: "kube-system", name: "dns" };
    await allow(client, userOf(account), DNS_RULES);
    const metadata = { name: "bound", namespace: account.namespace };
    await client.create({ apiVersion: "v1", kind: "Secret", metadata });
    const requested = plane.client({ token: await requestToken(client, account, "bound") });
    expect((await requested.list(SERVICES)).items).not.toEqual([]);
    await client.delete({ apiVersion: "v1", kind: "Secret", ...metadata });
    await plane.restartApiServer();
    await expect(requested.list(SERVICES)).rejects.toMatchObject({ code: 401 });
    const signed = await signToken(client, account, plane.serviceAccountKey, 30);
    expect((await plane.client({ token: signed }).list(SERVICES)).items).not.toEqual([]);
    const expired = await signToken(client, account, plane.serviceAccountKey, -1);
    const late = plane.client({ token: expired }).list(SERVICES);
    await expect(late).rejects.toMatchObject({ code: 401 });
  });

  it("have kubeconfigs", async () => {
    const { KubeConfig, CoreV1Api } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    config.loadFromFile(plane.kubeconfig(undefined, { context: "harbor" }));
    expect(config.getCurrentContext()).toBe("harbor");
    const { items } = await config.makeApiClient(CoreV1Api).listNamespace();
    expect(items.length).toBeGreaterThan(4);
  });

  it("have kubeconfigs that name a file of a token", () => {
    const path = join(plane.folder, "token");
    writeFileSync(path, "t");
    expect(readFileSync(plane.kubeconfigWithTokenFile(path), "utf8")).toContain(
      `tokenFile: ${path}`,
    );
  });
});

describe("faults", () => {
  it("the API server keeps its port and all objects when it is started again", async () => {
    await client.create(configMap("kept"));
    const { url } = plane;
    await plane.stopApiServer("SIGTERM");
    await expect(client.list(SERVICES)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await plane.startApiServer();
    expect(plane.url).toBe(url);
    expect(await client.find(configMapReference("kept"))).toBeDefined();
  });

  it("nothing is answered while the API server is frozen", async () => {
    await plane.freeze();
    const answer = client.list(SERVICES).then(() => "answered");
    const silence = new Promise((resolve) => setTimeout(resolve, 300, "silent"));
    expect(await Promise.race([answer, silence])).toBe("silent");
    plane.thaw();
    expect(await answer).toBe("answered");
  });

  it("etcd goes back to a state that was saved, and so do resource versions", async () => {
    await client.create(configMap("before"));
    const saved = await plane.saveEtcd();
    // More than the API server itself writes when it starts.
    for (let i = 0; i < 50; i++) await client.create(configMap(`after-${i}`));
    const { metadata } = await client.list(SERVICES);
    await plane.restoreEtcd(saved);
    expect(await client.find(configMapReference("before"))).toBeDefined();
    expect(await client.find(configMapReference("after-0"))).toBeUndefined();
    const restored = (await client.list(SERVICES)).metadata.resourceVersion;
    expect(Number(restored)).toBeLessThan(Number(metadata.resourceVersion));
  });

  it("a new certificate is of another authority", async () => {
    await plane.rotateCertificate();
    await expect(client.list(SERVICES)).rejects.toMatchObject({ code: /CERT/ });
    expect((await plane.client().list(SERVICES)).items).not.toEqual([]);
  });

  it("nothing is left of a control plane that was stopped", async () => {
    const other = await ControlPlane.start({ etcd: "system" });
    const { folder, etcd, apiServer } = other;
    expect((await other.client().list(SERVICES)).items).not.toEqual([]);
    await other.stop();
    expect(existsSync(folder)).toBe(false);
    expect([etcd.isRunning, apiServer.isRunning]).toEqual([false, false]);
  });
});
