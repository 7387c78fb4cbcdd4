import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseCorefile } from "../corefile/corefile.ts";
import { idleHost } from "../server/idle-host.ts";
import { Metrics } from "../observe/metrics.ts";
import { plugins } from "../plugins/index.ts";
import type { StandingConfiguration } from "../server/standing-configuration.ts";
import { startStanding } from "../server/standing-configuration.ts";
import { silentLog } from "../testing/context.ts";
import type { ExplainOptions, ExplainRequest } from "./explain.ts";
import { explain } from "./explain.ts";
import type { Explanation } from "./explanation.ts";

/** Far more than anything takes. */
export const PLENTY: ExplainOptions = { ofNode: [], limitMs: 60_000, lookMs: 60_000 };

/** A configuration whose cluster is a file of manifests: `{{MANIFESTS}}` in the Corefile. */
export class ExplainBench {
  readonly standing: StandingConfiguration;
  readonly #folder: string;

  private constructor(standing: StandingConfiguration, folder: string) {
    this.standing = standing;
    this.#folder = folder;
  }

  static async open(corefile: string, manifests: string): Promise<ExplainBench> {
    const folder = mkdtempSync(join(tmpdir(), "portolan-explain-"));
    writeFileSync(join(folder, "cluster.yaml"), manifests);
    const text = corefile.replaceAll("{{MANIFESTS}}", folder);
    const blocks = parseCorefile(text, "Corefile", {});
    const standing = await startStanding(
      { blocks, files: [], digest: "" },
      {
        plugins,
        defaultPort: 53,
        log: silentLog(),
        metrics: new Metrics(),
        host: idleHost("this is a test"),
      },
    );
    return new ExplainBench(standing, folder);
  }

  explain(request: ExplainRequest, options: ExplainOptions = PLENTY): Promise<Explanation> {
    return explain(this.standing.configuration, request, options);
  }

  async close(): Promise<void> {
    await this.standing.stop();
    rmSync(this.#folder, { recursive: true });
  }
}

/** One Service with a ready pod behind it, or an unready one, or none. */
export function serviceText(path: string, spec: string, ready?: boolean): string {
  const [namespace = "", name = ""] = path.split("/");
  const head = `metadata: { name: ${name}, namespace: ${namespace} }`;
  const service = `apiVersion: v1\nkind: Service\n${head}\nspec: { ${spec} }\n`;
  if (ready === undefined) return service;
  const octet = 1 + (Buffer.from(path).reduce((sum, octet) => sum * 31 + octet, 7) % 250);
  const slice = `apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice
metadata: { name: ${name}-1, namespace: ${namespace}, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
ports: [{ name: http, port: 8080 }]
endpoints: [{ addresses: ["10.9.0.${octet}"], hostname: ${name}-0, conditions: { ready: ${ready} }, targetRef: { kind: Pod, name: ${name}-0, namespace: ${namespace} } }]\n`;
  return `${service}---\n${slice}`;
}

export function namespaceText(name: string): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n`;
}

export function manifests(...texts: readonly string[]): string {
  return texts.join("---\n");
}

/** A Pod; all in YAML's flow form, as `{ app: web }` and `{ podIP: 10.1.0.1 }`. */
export function podText(path: string, labels: string, status: string, more: PodParts = {}): string {
  const [namespace = "", name = ""] = path.split("/");
  const { metadata = "", spec = "" } = more;
  return `apiVersion: v1\nkind: Pod
metadata: { name: ${name}, namespace: ${namespace}, labels: ${labels}, ${metadata} }
spec: { containers: [{ name: app, ports: [{ name: http, containerPort: 8080 }] }], ${spec} }
status: ${status}\n`;
}

interface PodParts {
  /** Fields besides, as `subdomain: pg`. */
  readonly metadata?: string;
  readonly spec?: string;
}
