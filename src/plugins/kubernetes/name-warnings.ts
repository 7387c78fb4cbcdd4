import { Name } from "../../dns/name.ts";
import type { ClusterObject, Service } from "../../kube/cluster-source.ts";
import { shortText } from "../../kube/short-text.ts";
import type { Logger } from "../../observe/log.ts";
import { faultOfExternalName } from "../../text/external-name.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import type { ClusterZone } from "./records/cluster-zone.ts";
import { LabelOffsets, SVC, labelText, splitLabels, wireLabel } from "./records/labels.ts";
import { TOP_LEVEL_DOMAINS } from "./top-level-domains.ts";

/** What is told of at most: a cluster may have thousands of one mistake. */
const MAX_TOLD = 100;
/** Names have no more characters; what is no name may have. */
const MAX_NAME = 255;
/** Aliases that are followed, as many as in an answer. */
const MAX_ALIASES = 11;

export interface NameWarningsParts {
  readonly index: ClusterIndex;
  readonly zones: readonly ClusterZone[];
  /** Those that are shown; empty for all. */
  readonly namespaces: readonly string[];
  readonly log: Pick<Logger, "warn">;
}

/** Tells of names of the cluster that cannot work, or that catch others: of each once, when it is seen first. */
export class NameWarnings {
  readonly #parts: NameWarningsParts;
  readonly #told = new Set<string>();

  constructor(parts: NameWarningsParts) {
    this.#parts = parts;
  }

  /** To be called when the index has an object. */
  look(object: ClusterObject): void {
    if (object.kind === "Namespace") {
      if (TOP_LEVEL_DOMAINS.has(object.name)) this.#lookAtNamespace(object.name);
    } else if (object.kind === "Service" && object.type === "ExternalName") this.#lookAt(object);
  }

  #lookAtNamespace(name: string): void {
    if (!this.#isShown(name)) return;
    this.#tell(
      [`namespace ${name}`],
      `Namespace "${name}" is called like a top-level domain: for pods "example.${name}" is its Service "example" if it has one; a final dot asks for the name outside`,
    );
  }

  #lookAt(service: Service): void {
    const { namespace, externalName } = service;
    if (!this.#isShown(namespace)) return;
    const quoted = `"${shortText(externalName)}"`;
    const fault = faultOfExternalName(externalName);
    if (fault !== undefined) {
      return this.#tell(
        [keyOf(service)],
        `${titleOf(service)} has no address: externalName ${quoted} ${fault}, and a name is wanted there`,
      );
    }
    const circle = this.#circleOf(service);
    if (!circle) return;
    const way = circle.map(({ namespace: space, name }) => `${space}/${name}`).join(", ");
    this.#tell(
      circle.map(keyOf),
      `${titleOf(service)} has no address: its externalName leads in a circle, by way of ${shortText(way)}`,
    );
  }

  /** The Services of the circle that an ExternalName leads into; undefined if it leads somewhere else. */
  #circleOf(service: Service): readonly Service[] | undefined {
    const seen: Service[] = [];
    for (let next: Service | undefined = service; next && seen.length <= MAX_ALIASES;) {
      const at = seen.indexOf(next);
      if (at >= 0) return seen.slice(at);
      seen.push(next);
      next = this.#targetOf(next);
    }
    return undefined;
  }

  /** The ExternalName Service that one leads to, if it is one. */
  #targetOf({ externalName }: Service): Service | undefined {
    const key = Name.tryParse(externalName)?.key;
    if (key === undefined) return undefined;
    for (const { name, isReverse, isMulticluster } of this.#parts.zones) {
      if (isReverse || isMulticluster || !key.endsWith(name.key)) continue;
      const labels = new LabelOffsets();
      labels.read(key, key.length - name.key.length);
      if (labels.count !== 3 || !labels.endsWith(SVC)) continue;
      const [service = "", namespace = ""] = splitLabels(labels.slice(2, 1)).map(labelText);
      const found = this.#parts.index.service({ name: service, namespace });
      return found?.type === "ExternalName" ? found : undefined;
    }
    return undefined;
  }

  #isShown(namespace: string): boolean {
    const { namespaces } = this.#parts;
    const isName = wireLabel(namespace) !== undefined;
    return isName && (namespaces.length === 0 || namespaces.includes(namespace));
  }

  /** @param keys all that is told of by the message */
  #tell(keys: readonly string[], message: string): void {
    const isFull = this.#told.size >= MAX_TOLD;
    if (isFull || keys.some((key) => this.#told.has(key))) return;
    for (const key of keys) this.#told.add(key);
    const isLast = this.#told.size >= MAX_TOLD;
    this.#parts.log.warn(isLast ? `${message}; no more of such names are told of` : message);
  }
}

/** Another externalName is another mistake. */
function keyOf({ namespace, name, externalName }: Service): string {
  return `${namespace}/${name} ${externalName.slice(0, MAX_NAME)}`;
}

function titleOf({ namespace, name }: Service): string {
  return `Service "${shortText(name)}" of namespace "${namespace}"`;
}
