import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { namespaceOf } from "./cluster-objects.ts";
import type { FakeProtocol } from "./fake-api.ts";
import { FakeApi } from "./fake-api.ts";
import { FakeCollection } from "./fake-collection.ts";
import { guardFolder } from "./guard.ts";
import { kubeconfigText } from "./kubeconfig.ts";

export const PATHS = {
  namespaces: "/api/v1/namespaces",
  services: "/api/v1/services",
  slices: "/apis/discovery.k8s.io/v1/endpointslices",
} as const;

/** The fake API with what Portolan reads of a cluster, and a kubeconfig for it. */
export class FakeCluster {
  readonly api: FakeApi;
  readonly namespaces: FakeCollection;
  readonly services: FakeCollection;
  readonly slices: FakeCollection;
  readonly kubeconfig: string;
  readonly #folder: string;
  readonly #release: () => void;

  /** With one namespace, "shop". */
  static async start(protocol: FakeProtocol = "https"): Promise<FakeCluster> {
    return new FakeCluster(await FakeApi.start(protocol));
  }

  private constructor(api: FakeApi) {
    this.api = api;
    const core = { apiVersion: "v1" } as const;
    const items = [namespaceOf("shop")];
    this.namespaces = new FakeCollection({
      ...core,
      path: PATHS.namespaces,
      kind: "Namespace",
      items,
    });
    this.services = new FakeCollection({ ...core, path: PATHS.services, kind: "Service" });
    this.slices = new FakeCollection({
      path: PATHS.slices,
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
    });
    api.serve(this.namespaces, this.services, this.slices);
    this.#folder = mkdtempSync(join(tmpdir(), "portolan-fake-"));
    this.#release = guardFolder(this.#folder);
    this.kubeconfig = this.writeKubeconfig({ token: "a" });
  }

  /** Writes the kubeconfig; the same file each time. */
  writeKubeconfig(user: Readonly<Record<string, unknown>>, server: string = this.api.url): string {
    const { ca } = this.api;
    return this.writeFile("config", kubeconfigText({ server, user, ...(ca ? { ca } : {}) }));
  }

  /** @returns its path */
  writeFile(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text);
    return path;
  }

  async stop(): Promise<void> {
    await this.api.stop();
    rmSync(this.#folder, { recursive: true, force: true });
    this.#release();
  }
}
