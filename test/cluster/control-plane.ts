import type { KeyObject } from "node:crypto";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiClient } from "./api-client.ts";
import type { ApiServerOptions } from "./api-server.ts";
import { FILES, startKubeApiServer } from "./api-server.ts";
import { findEtcd, findKubeApiServer, findRecentEtcd } from "./binaries.ts";
import type { ChildProgram } from "./child-program.ts";
import type { EtcdOptions } from "./etcd.ts";
import { startEtcd } from "./etcd.ts";
import { guardFolder } from "./guard.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { freePorts } from "../bench/free-port.ts";
import { ISSUER } from "./service-account.ts";
import type { User } from "./user.ts";
import { ADMIN, tokenFile } from "./user.ts";

export interface ControlPlaneOptions {
  /**
   * `recent`, the default, is 3.6, as clusters of today have it. `system` is what the system brings: with Debian's 3.4,
   * a watch with `sendInitialEvents` gets an ERROR event with code 500.
   */
  readonly etcd?: "recent" | "system";
  /** Besides `ADMIN`. */
  readonly users?: readonly User[];
  readonly serviceCidr?: string;
  /** More flags of kube-apiserver; a flag that is there already is overruled. */
  readonly flags?: readonly string[];
}

export interface KubeconfigFor {
  /** In place of the API server's URL: that of a proxy in front of it. */
  readonly server?: string;
  readonly context?: string;
}

/** A state of etcd that was kept. */
export interface SavedEtcd {
  readonly folder: string;
}

const SERVICE_CIDR = "10.96.0.0/12,fd00:10:96::/108";
const READY_TIMEOUT_MS = 60_000;

/** An etcd and a kube-apiserver of their own, on the loopback, without any controller or kubelet. */
export class ControlPlane {
  /** For whatever a test writes; it goes with the control plane. */
  readonly folder: string;
  /** Signs tokens of service accounts. */
  readonly serviceAccountKey: KeyObject;
  readonly #etcdOptions: EtcdOptions;
  readonly #apiServerOptions: ApiServerOptions;
  readonly #releaseFolder: () => void;
  readonly #clients: ApiClient[] = [];
  #users: readonly User[];
  #etcd: ChildProgram | undefined;
  #apiServer: ChildProgram | undefined;

  /**
   * Starts one and waits until it is ready, and the Service `kubernetes` is there; about two seconds.
   * @throws {Error} with the last words of the program that did not start
   */
  static async start(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
    const plane = new ControlPlane(options, await freePorts(3));
    try {
      await plane.startEtcd();
      await plane.startApiServer();
      await plane.#untilPopulated();
    } catch (error) {
      await plane.stop();
      throw error;
    }
    return plane;
  }

  private constructor(options: ControlPlaneOptions, ports: readonly number[]) {
    const [port = 0, clientPort = 0, peerPort = 0] = ports;
    this.folder = mkdtempSync(join(tmpdir(), "portolan-cluster-"));
    this.#releaseFolder = guardFolder(this.folder);
    this.#users = options.users ?? [];
    const dataFolder = join(this.folder, FILES.etcd);
    const path = options.etcd === "system" ? findEtcd() : findRecentEtcd();
    this.#etcdOptions = { path, dataFolder, clientPort, peerPort };
    this.#apiServerOptions = {
      path: findKubeApiServer(),
      folder: this.folder,
      port,
      etcdPort: clientPort,
      serviceCidr: options.serviceCidr ?? SERVICE_CIDR,
      issuer: ISSUER,
      flags: options.flags ?? [],
    };
    this.serviceAccountKey = this.#createServiceAccountKey();
    this.#writeTokens();
  }

  /** Ends everything, and removes the folder. */
  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.#apiServer?.stop("SIGKILL");
    await this.#etcd?.stop("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
    this.#releaseFolder();
  }

  get port(): number {
    return this.#apiServerOptions.port;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** The authority of the server's certificate, PEM. */
  get ca(): string {
    return readFileSync(this.caFile, "utf8");
  }

  get caFile(): string {
    return join(this.folder, FILES.certificates, "apiserver.crt");
  }

  get etcd(): ChildProgram {
    return running(this.#etcd, "etcd");
  }

  get apiServer(): ChildProgram {
    return running(this.#apiServer, "kube-apiserver");
  }

  /** A client that is closed with the control plane. It trusts the certificate of this moment. */
  client(user: Pick<User, "token"> = ADMIN): ApiClient {
    const client = new ApiClient({ url: this.url, ca: this.ca, token: user.token });
    this.#clients.push(client);
    return client;
  }

  /** Writes a kubeconfig and returns its path; every call writes another file. */
  kubeconfig(user: Pick<User, "token"> = ADMIN, options: KubeconfigFor = {}): string {
    return this.#writeKubeconfig({ token: user.token }, options);
  }

  /** As `kubeconfig`, with the token in a file of its own, for a test that rotates it. */
  kubeconfigWithTokenFile(path: string, options: KubeconfigFor = {}): string {
    return this.#writeKubeconfig({ tokenFile: path }, options);
  }

  /** Other users than before, besides `ADMIN`; the API server reads them at its start. */
  async replaceUsers(users: readonly User[]): Promise<void> {
    this.#users = users;
    this.#writeTokens();
    await this.restartApiServer();
  }

  /** On the same port as ever. */
  async startApiServer(): Promise<void> {
    this.#apiServer = await startKubeApiServer(this.#apiServerOptions);
    const isReady = () => this.#isReady().catch(() => undefined);
    await this.#apiServer.until("is ready", isReady, READY_TIMEOUT_MS);
  }

  /** @param signal SIGKILL ends it at once; SIGTERM lets it say goodbye to its clients */
  async stopApiServer(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    await this.apiServer.stop(signal);
  }

  async restartApiServer(): Promise<void> {
    await this.stopApiServer();
    await this.startApiServer();
  }

  /** The API server does nothing any more, and says nothing: connections stay open. */
  freeze(): Promise<void> {
    return this.apiServer.freeze();
  }

  thaw(): void {
    this.apiServer.thaw();
  }

  /** Without etcd, the API server answers most requests with 500 or 503, late. */
  async stopEtcd(): Promise<void> {
    await this.etcd.stop("SIGKILL");
  }

  async startEtcd(): Promise<void> {
    this.#etcd = await startEtcd(this.#etcdOptions);
  }

  /** Keeps the state of now. Stops both servers meanwhile. */
  async saveEtcd(): Promise<SavedEtcd> {
    const saved = { folder: join(this.folder, `etcd-${randomUUID()}`) };
    await this.#withoutServers(() => {
      cpSync(this.#etcdOptions.dataFolder, saved.folder, { recursive: true });
    });
    return saved;
  }

  /** Goes back to a state that was kept: what came later is gone, and resource versions come again. */
  async restoreEtcd(saved: SavedEtcd): Promise<void> {
    await this.#withoutServers(() => {
      rmSync(this.#etcdOptions.dataFolder, { recursive: true });
      cpSync(saved.folder, this.#etcdOptions.dataFolder, { recursive: true });
    });
  }

  /** Gives the API server another certificate of another authority. Clients of before do not trust it. */
  async rotateCertificate(): Promise<void> {
    await this.stopApiServer();
    rmSync(join(this.folder, FILES.certificates), { recursive: true });
    await this.startApiServer();
  }

  async #withoutServers(work: () => void): Promise<void> {
    await this.stopApiServer();
    await this.etcd.stop();
    work();
    await this.startEtcd();
    await this.startApiServer();
  }

  async #isReady(): Promise<true | undefined> {
    const client = new ApiClient({ url: this.url, ca: this.ca, token: ADMIN.token });
    try {
      const { status } = await client.send({ method: "GET", path: "/readyz" });
      return status === 200 || undefined;
    } finally {
      client.close();
    }
  }

  /** It creates its namespaces and its Service only after it says that it is ready. */
  async #untilPopulated(): Promise<void> {
    const client = this.client();
    const service = { apiVersion: "v1", kind: "Service", namespace: "default", name: "kubernetes" };
    const system = { apiVersion: "v1", kind: "Namespace", name: "kube-system" };
    const exists = async () => (await client.find(service)) && (await client.find(system));
    await this.apiServer.until("has its Service", exists, READY_TIMEOUT_MS);
  }

  #createServiceAccountKey(): KeyObject {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs1", format: "pem" });
    writeFileSync(join(this.folder, FILES.serviceAccountKey), pem, { mode: 0o600 });
    return privateKey;
  }

  #writeTokens(): void {
    writeFileSync(join(this.folder, FILES.tokens), tokenFile([ADMIN, ...this.#users]));
  }

  #writeKubeconfig(user: Record<string, string>, options: KubeconfigFor): string {
    const path = join(this.folder, `kubeconfig-${randomUUID()}`);
    writeFileSync(path, kubeconfigText({ server: this.url, ca: this.ca, user, ...options }));
    return path;
  }
}

function running(program: ChildProgram | undefined, name: string): ChildProgram {
  if (!program) throw new Error(`Cannot use "${name}": not started`);
  return program;
}
