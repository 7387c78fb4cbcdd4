import { MISSING_RIGHT, NO_COREFILE } from "../check/move-rules.ts";
import type { Finding } from "../check/rule.ts";
import type { Position } from "../corefile/corefile-error.ts";
import type { OneReader } from "../kube/api/one-reader.ts";
import type { FieldPath } from "../kube/manifests/manifest-field.ts";
import type { AuditedObject, Fields, Inside, Written } from "./audited-object.ts";
import { fieldAt, fieldsOf, isFields, listOf, textsAt } from "./audited-object.ts";
import { objectOf } from "./read-written.ts";
import { isDnsService } from "./services.ts";
import { isWorkload } from "./workloads.ts";

/** In which most distributions have their DNS. */
export const USUAL_NAMESPACE = "kube-system";
const OPENSHIFT_NAMESPACE = "openshift-dns";
/** Those that somebody reads without that a workload mounts them by name. */
const CONFIG_MAPS = ["coredns", "coredns-custom", "kube-dns", "node-local-dns"];
/** That many are looked at beside them: names come from objects of others. */
const MAX_MOUNTED = 10;

export interface ClusterRead {
  readonly objects: readonly AuditedObject[];
  readonly findings: readonly Finding[];
  /** Whether something could not be looked at. */
  readonly isPartial: boolean;
}

/**
 * Reads what the DNS of a cluster is made of, as far as its user may.
 * @param namespace undefined for the one where most have it, or OpenShift's
 * @throws {ClusterAwayError}
 */
export async function readCluster(
  reader: OneReader,
  namespace: string | undefined,
): Promise<ClusterRead> {
  const first = new NamespaceReader(reader, namespace ?? USUAL_NAMESPACE);
  await first.run();
  if (namespace !== undefined || first.hasDns) return first.result();
  const second = new NamespaceReader(reader, OPENSHIFT_NAMESPACE);
  await second.run();
  return second.hasDns ? second.result() : first.result();
}

class NamespaceReader {
  readonly #reader: OneReader;
  readonly #namespace: string;
  readonly #objects: AuditedObject[] = [];
  readonly #refused = new Map<string, string>();

  constructor(reader: OneReader, namespace: string) {
    this.#reader = reader;
    this.#namespace = namespace;
  }

  get hasDns(): boolean {
    return this.#objects.length > 0;
  }

  async run(): Promise<void> {
    for (const name of CONFIG_MAPS) await this.#readConfigMap(name);
    const workloads = [
      ...(await this.#list("apps/v1", "Deployment", "deployments")),
      ...(await this.#list("apps/v1", "DaemonSet", "daemonsets")),
    ].filter(isWorkload);
    const services = (await this.#list("v1", "Service", "services")).filter(isDnsService);
    const mounted = new Set(workloads.flatMap(mountedMaps)).difference(new Set(CONFIG_MAPS));
    for (const name of [...mounted].slice(0, MAX_MOUNTED)) await this.#readConfigMap(name);
    this.#objects.push(...workloads, ...services);
  }

  result(): ClusterRead {
    const at: Position = { file: this.#namespace, line: 1 };
    const findings: Finding[] = [...this.#refused].map(([what, why]) => {
      return { rule: MISSING_RIGHT, at, message: `Cannot look at ${what}: ${why}` };
    });
    const isPartial = findings.length > 0;
    if (!isPartial && !this.hasDns) {
      const message = `Cannot check: there is no CoreDNS in namespace "${this.#namespace}", or no such namespace; name another one with -namespace`;
      findings.push({ rule: NO_COREFILE, at, message });
    }
    return { objects: this.#objects, findings, isPartial };
  }

  async #readConfigMap(name: string): Promise<void> {
    const value = await this.#ask("configmaps", this.#path("v1", `configmaps/${name}`));
    if (value) this.#objects.push(this.#place({ ...value, kind: "ConfigMap" }));
  }

  async #list(version: string, kind: string, resource: string): Promise<AuditedObject[]> {
    const value = await this.#ask(resource, this.#path(version, resource));
    const items = listOf(fieldAt(value, "items")).filter(isFields);
    return items.map((item) => this.#place({ ...item, kind }));
  }

  /** What is refused is said once for all objects of a kind. */
  async #ask(resource: string, path: string): Promise<Fields | undefined> {
    const read = await this.#reader.read(path);
    if (read.reason === undefined) return fieldsOf(read.object);
    if (read.reason === "missing") return undefined;
    const user = /User "([^"]{1,300})"/.exec(read.text)?.[1];
    const why =
      read.reason === "forbidden"
        ? `${user === undefined ? "the user" : `user "${user}"`} may not read them`
        : `the API server says ${read.text}`;
    this.#refused.set(`${resource} of namespace "${this.#namespace}"`, why);
    return undefined;
  }

  #path(version: string, rest: string): string {
    const root = version === "v1" ? "/api/v1" : `/apis/${version}`;
    return `${root}/namespaces/${this.#namespace}/${rest}`;
  }

  #place(value: Fields): AuditedObject {
    const { name = "" } = textsAt(value, "metadata");
    const kind = String(value["kind"]).toLowerCase();
    return objectOf(value, placesOf(`${this.#namespace}/${kind}/${name}`));
  }
}

/** In a cluster there are no lines but those of texts. */
function placesOf(object: string): Written {
  const file = (path: FieldPath): string =>
    path[0] === "data" ? `${object}/${path.slice(1).join("/")}` : object;
  return {
    at: (path) => ({ file: file(path).replace(/\/$/, ""), line: 1 }),
    inside: (path: FieldPath, inside: Inside) => ({ file: file(path), ...inside }),
  };
}

/** Names of ConfigMaps that the pods mount. */
function mountedMaps({ value }: AuditedObject): string[] {
  const volumes = listOf(fieldAt(value, "spec", "template", "spec", "volumes"));
  return volumes.flatMap((volume) => {
    const { name } = textsAt(volume, "configMap");
    return name !== undefined && /^[a-z0-9][a-z0-9.-]{0,252}$/.test(name) ? [name] : [];
  });
}
