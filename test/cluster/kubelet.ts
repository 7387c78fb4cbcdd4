import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiClient } from "./api-client.ts";
import { findKubelet } from "./binaries.ts";
import { ChildProgram } from "./child-program.ts";
import type { ControlPlane } from "./control-plane.ts";
import { freePort } from "../bench/free-port.ts";

const NODE = "node-a";
const START_TIMEOUT_MS = 30_000;

/** Container runtimes' own code for port-forward, on a node of the cluster. Its Pods are servers of the loopback. */
export class Kubelet {
  readonly #client: ApiClient;
  readonly #program: ChildProgram;
  readonly #podsFile: string;
  readonly #addresses = new Map<string, string>();

  static async start(plane: ControlPlane): Promise<Kubelet> {
    const client = plane.client();
    const podsFile = join(plane.folder, "pods.json");
    writeFileSync(podsFile, "{}");
    const port = await freePort();
    const program = await ChildProgram.start({
      name: "kubelet",
      path: findKubelet(),
      args: [`${port}`, podsFile],
    });
    const isReady = async (): Promise<true | undefined> =>
      program.output.includes("ready") || undefined;
    await program.until("is ready", isReady, START_TIMEOUT_MS);
    const metadata = { name: NODE };
    await client.put({ apiVersion: "v1", kind: "Node", metadata });
    const status = {
      addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
    };
    await client.setStatus({ apiVersion: "v1", kind: "Node", name: NODE }, status);
    return new Kubelet(client, program, podsFile);
  }

  private constructor(client: ApiClient, program: ChildProgram, podsFile: string) {
    this.#client = client;
    this.#program = program;
    this.#podsFile = podsFile;
  }

  /**
   * Makes a Pod that runs.
   * @param ip in the cluster
   * @param address where its servers listen: one of 127.0.0.0/8
   */
  async run(namespace: string, name: string, ip: string, address: string): Promise<void> {
    const containers = [{ name: "main", image: "none" }];
    await this.#client.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace, name },
      spec: { containers, nodeName: NODE },
    });
    const status = { phase: "Running", podIP: ip, podIPs: [{ ip }] };
    await this.#client.setStatus({ apiVersion: "v1", kind: "Pod", namespace, name }, status);
    this.#addresses.set(`${namespace}/${name}`, address);
    this.#write();
  }

  /** The node forgets the Pod; the API server still has it. */
  forget(namespace: string, name: string): void {
    this.#addresses.delete(`${namespace}/${name}`);
    this.#write();
  }

  async stop(): Promise<void> {
    await this.#program.stop("SIGKILL");
  }

  /** In one step: it may be reading. */
  #write(): void {
    const draft = `${this.#podsFile}.new`;
    writeFileSync(draft, JSON.stringify(Object.fromEntries(this.#addresses)));
    renameSync(draft, this.#podsFile);
  }
}
