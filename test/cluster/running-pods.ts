import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "./api-client.ts";
import type { DnsServer } from "./dns-server.ts";
import type { KubernetesObject, ObjectReference } from "./kubernetes-object.ts";
import { serveCoreDns, servePortolan } from "./serve.ts";

const NAMESPACE = "kube-system";
const SERVICE: ObjectReference = {
  apiVersion: "v1",
  kind: "Service",
  namespace: NAMESPACE,
  name: "kube-dns",
};
const PAUSE_MS = 20;

type Labels = Readonly<Record<string, string>>;

interface Deployment extends KubernetesObject {
  readonly metadata: KubernetesObject["metadata"] & { readonly generation: number };
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly containers: readonly { readonly image: string }[];
        readonly volumes?: readonly { readonly configMap?: { readonly name: string } }[];
      };
    };
  };
  readonly status: { readonly observedGeneration?: number };
}

interface Pod {
  readonly name: string;
  readonly deployment: string;
  readonly template: string;
  readonly labels: Labels;
  readonly server: DnsServer;
  isEndpoint: boolean;
  isTerminating: boolean;
}

/**
 * Stands for the controllers of Deployments and endpoints, and for kubelet: pods are servers on the loopback, CoreDNS or
 * Portolan as their image says, with the Corefile of the ConfigMap that they mount. Updates roll one by one; a pod that has to end
 * gets SIGTERM as its endpoint is no longer ready. An endpoint's port is the server's; its address is nobody's.
 */
export class RunningPods {
  readonly #client: ApiClient;
  readonly #kubeconfig: string;
  readonly #ending: Promise<void>[] = [];
  readonly #running: Promise<void>;
  #pods: readonly Pod[] = [];
  #count = 0;
  #isStopped = false;

  constructor(client: ApiClient, kubeconfig: string) {
    this.#client = client;
    this.#kubeconfig = kubeconfig;
    this.#running = this.#run();
    // Told by whoever waits.
    this.#running.catch(() => undefined);
  }

  /** What runs: `coredns`, `portolan`. */
  get images(): ReadonlySet<string> {
    return new Set(this.#pods.map(({ server }) => server.program.name));
  }

  /** All Deployments are as they were asked to be, and who had to end has ended. */
  async settled(): Promise<void> {
    const deployments = await this.#deployments();
    const isDone = deployments.every(
      ({ metadata, status }) => status.observedGeneration === metadata.generation,
    );
    await Promise.race([this.#running, isDone ? Promise.all(this.#ending) : sleep(PAUSE_MS)]);
    if (!isDone) await this.settled();
  }

  /** @throws {Error} of what went wrong meanwhile */
  async stop(): Promise<void> {
    this.#isStopped = true;
    try {
      await this.#running;
    } finally {
      for (const pod of this.#pods) await this.#end(pod);
      await Promise.all(this.#ending);
    }
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      for (const deployment of await this.#deployments()) await this.#roll(deployment);
      await this.#updateEndpoints();
      await sleep(PAUSE_MS);
    }
  }

  async #deployments(): Promise<readonly Deployment[]> {
    const kind = { apiVersion: "apps/v1", kind: "Deployment", namespace: NAMESPACE };
    return (await this.#client.list(kind)).items as Deployment[];
  }

  async #roll({ metadata, spec, status }: Deployment): Promise<void> {
    if (status.observedGeneration === metadata.generation) return;
    const template = JSON.stringify(spec.template);
    const own = this.#pods.filter(({ deployment }) => deployment === metadata.name);
    const stale = own.filter((pod) => pod.template !== template);
    const fresh = own.filter((pod) => pod.template === template);
    for (let i = fresh.length; i < spec.replicas; i++) {
      await this.#start(metadata.name, spec.template);
      const old = stale.pop();
      if (old) await this.#end(old);
    }
    for (const pod of [...stale, ...fresh.slice(spec.replicas)]) await this.#end(pod);
    const { generation } = metadata;
    const { replicas } = spec;
    const reference = { ...SERVICE, apiVersion: "apps/v1", kind: "Deployment" };
    await this.#client.setStatus(
      { ...reference, name: metadata.name },
      {
        observedGeneration: generation,
        replicas,
        updatedReplicas: replicas,
        readyReplicas: replicas,
        availableReplicas: replicas,
      },
    );
  }

  async #start(deployment: string, template: Deployment["spec"]["template"]): Promise<void> {
    const { containers, volumes = [] } = template.spec;
    const mounted = volumes.find(({ configMap }) => configMap)?.configMap?.name ?? "coredns";
    const configMap = await this.#client.get({ ...SERVICE, kind: "ConfigMap", name: mounted });
    const { Corefile = "" } = configMap["data"] as { Corefile?: string };
    const corefile = onLoopback(Corefile);
    const serve = containers[0]?.image.includes("portolan") ? servePortolan : serveCoreDns;
    const server = await serve({ corefile, values: { KUBECONFIG: this.#kubeconfig } });
    const pod = {
      name: `${deployment}-${++this.#count}`,
      deployment,
      template: JSON.stringify(template),
      labels: template.metadata.labels,
      server,
      isEndpoint: false,
      isTerminating: false,
    };
    this.#pods = [...this.#pods, pod];
    await this.#updateEndpoints();
  }

  /** As for a pod that is deleted: what sends queries and the pod itself hear of it at the same time. */
  async #end(pod: Pod): Promise<void> {
    pod.isTerminating = true;
    this.#pods = this.#pods.filter((one) => one !== pod);
    const ended = pod.server.stop().then(() => this.#client.delete(sliceReference(pod)));
    this.#ending.push(ended);
    if (pod.isEndpoint) await this.#client.put(this.#sliceOf(pod));
  }

  async #updateEndpoints(): Promise<void> {
    const service = await this.#client.find(SERVICE);
    if (!service) return;
    const { selector } = service["spec"] as { selector: Labels };
    for (const pod of this.#pods) {
      const isEndpoint = Object.entries(selector).every(([key, text]) => pod.labels[key] === text);
      if (isEndpoint === pod.isEndpoint) continue;
      pod.isEndpoint = isEndpoint;
      if (isEndpoint) await this.#client.put(this.#sliceOf(pod));
      else await this.#client.delete(sliceReference(pod));
    }
  }

  #sliceOf(pod: Pod): KubernetesObject {
    const { isTerminating, server } = pod;
    const conditions = { ready: !isTerminating, serving: true, terminating: isTerminating };
    return {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        namespace: NAMESPACE,
        name: pod.name,
        labels: { "kubernetes.io/service-name": SERVICE.name },
      },
      addressType: "IPv4",
      endpoints: [{ addresses: ["10.244.0.1"], conditions }],
      ports: [{ name: "dns", port: server.port, protocol: "UDP" }],
    };
  }
}

function sliceReference({ name }: Pod): ObjectReference {
  return { ...SERVICE, apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", name };
}

/** The cluster's Corefile on free ports, without what needs the world outside; a second of lameduck is time enough here. */
function onLoopback(corefile: string): string {
  return corefile
    .replaceAll(/^(?:dns:\/\/)?\.:53 /gm, ".:{{PORT}} ")
    .replaceAll(/^\s*(?:loop|reload|prometheus.*)\n/gm, "")
    .replaceAll(/^\s*forward [^{\n]*(?:\{[^}]*\}\s*)?\n/gm, "")
    .replaceAll(/^\s*ready$/gm, "ready 127.0.0.1:{{READY_PORT}}")
    .replaceAll(/health \{\s*lameduck \d+s/g, "health 127.0.0.1:{{HEALTH_PORT}} {\nlameduck 1s")
    .replaceAll(/(kubernetes .*\{)$/gm, "$1\nkubeconfig {{KUBECONFIG}} test");
}
