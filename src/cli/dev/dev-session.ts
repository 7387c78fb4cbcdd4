import type { Corefile } from "../../corefile/corefile.ts";
import { readCorefileText } from "../../corefile/corefile.ts";
import { PolledFile } from "../../files/polled-file.ts";
import { contextsOf } from "../../kube/api/access/kubeconfig-document.ts";
import { readKubeconfig, splitKubeconfig } from "../../kube/api/access/kubeconfig-files.ts";
import { chooseContexts } from "./chosen-contexts.ts";
import type { DevContext, DevSource } from "./dev-corefile.ts";
import { corefileOf } from "./dev-corefile.ts";
import type { DevOptions } from "./dev-options.ts";
import { zonesOf } from "./dev-zones.ts";
import type { FreePlace } from "./free-place.ts";
import { KnownRights } from "./known-rights.ts";

const LOOK_MS = 1_000;
/** What messages about its Corefile call it. */
const NAME = "portolan dev";
const MAX_SAID = 5;

export interface DevSessionParts {
  readonly options: DevOptions;
  readonly place: FreePlace;
  /** Tells the user something. */
  readonly say: (text: string) => void;
}

/** What is served, as the kubeconfig and the rights of its user have it at the moment. */
export class DevSession {
  readonly #parts: DevSessionParts;
  readonly #rights: KnownRights | undefined;
  readonly #files: PolledFile[] = [];
  readonly #said = new Set<string>();
  #source: DevSource | undefined;
  #place: FreePlace;
  #text = "";
  #reload: () => Promise<void> = () => Promise.resolve();
  /** Looks at the kubeconfig, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(parts: DevSessionParts) {
    this.#parts = parts;
    this.#place = parts.place;
    const { options } = parts;
    if ("kubeconfig" in options) {
      this.#rights = new KnownRights(options.kubeconfig, () => void this.look());
    }
  }

  get place(): FreePlace {
    return this.#place;
  }

  /** Serves somewhere else; `read` has to follow. */
  moveTo(place: FreePlace): void {
    this.#place = place;
  }

  get text(): string {
    return this.#text;
  }

  get source(): DevSource | undefined {
    return this.#source;
  }

  corefile(): Corefile {
    return readCorefileText(NAME, this.#text);
  }

  /**
   * Reads what there is.
   * @returns whether it is to be served in another way than before
   * @throws {AccessError} if the kubeconfig cannot be read, {TypeError} if a context is not in it
   */
  async read(): Promise<boolean> {
    const place = this.#place;
    const source = await this.#readSource();
    const text = corefileOf({ place, source });
    const isNew = text !== this.#text;
    this.#text = text;
    this.#source = source;
    return isNew;
  }

  /** From now on changes of the kubeconfig are followed. */
  follow(reload: () => Promise<void>): void {
    const { options } = this.#parts;
    this.#reload = reload;
    for (const path of "kubeconfig" in options ? splitKubeconfig(options.kubeconfig) : []) {
      let isFirst = true;
      const onChange = (): Promise<void> => {
        if (!isFirst) this.#rights?.forget();
        isFirst = false;
        return this.look();
      };
      const file = new PolledFile(path, LOOK_MS, onChange, () => {});
      this.#files.push(file);
      file.start().catch(() => {});
    }
  }

  stop(): void {
    for (const file of this.#files) file.stop();
    this.#rights?.stop();
  }

  /** Looks whether something is to be served in another way; never rejects. */
  look(): Promise<void> {
    this.#work = this.#work.then(async () => {
      try {
        if (!(await this.read())) return;
        await this.#reload();
        this.#parts.say(`Serving ${servedWords(this.#source)}`);
      } catch (error) {
        this.#sayOnce(`${(error as Error).message}; what was served before goes on`);
      }
    });
    return this.#work;
  }

  async #readSource(): Promise<DevSource> {
    const { options } = this.#parts;
    const { namespace } = options;
    const only = namespace === undefined ? [] : [namespace];
    if ("manifests" in options) return { manifests: options.manifests, namespaces: only };
    const { kubeconfig } = options;
    const known = contextsOf(await readKubeconfig(kubeconfig));
    const { current, contexts } = chooseContexts(known, options.contexts, kubeconfig);
    const zones = zonesOf(contexts.map(({ name }) => name));
    const served = zones.map(async (zone, i): Promise<DevContext> => {
      const context = contexts[i];
      const isCurrent = zone.context === current;
      if (zone.isNumbered) this.#sayOnce(sameZone(zone));
      if (!context || only.length > 0) return { ...zone, isCurrent, namespaces: only };
      const rights = await this.#rights?.of(context);
      if (rights?.kind !== "some") return { ...zone, isCurrent, namespaces: [] };
      const { namespaces, refused } = rights;
      this.#sayOnce(leftOut(zone.context, namespaces, refused));
      return { ...zone, isCurrent, namespaces };
    });
    return { kubeconfig, contexts: await Promise.all(served) };
  }

  #sayOnce(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.#parts.say(text);
  }
}

/** `context "staging" as cluster.local and svc.staging` */
export function servedWords(source: DevSource | undefined): string {
  if (!source) return "nothing";
  if ("manifests" in source) return `manifests "${source.manifests}" as cluster.local`;
  const words = source.contexts.map(({ context, zone, isCurrent }) => {
    return `context "${context}" as ${isCurrent ? "cluster.local and " : ""}${zone}`;
  });
  return words.join(", ");
}

function sameZone({ context, zone }: Pick<DevContext, "context" | "zone">): string {
  return `Context "${context}" is zone "${zone}": another one has its name`;
}

function leftOut(
  context: string,
  namespaces: readonly string[],
  refused: readonly string[],
): string {
  const some = refused.slice(0, MAX_SAID).map((name) => `"${name}"`);
  const more = refused.length - some.length;
  const others = refused.length === 0 ? "all others" : some.join(", ");
  const shown = namespaces.slice(0, MAX_SAID).map((name) => `"${name}"`);
  return `Context "${context}": you may not read ${others}${more > 0 ? ` and ${more} more` : ""}; serving namespace ${shown.join(", ")}${namespaces.length > MAX_SAID ? ` and ${namespaces.length - MAX_SAID} more` : ""}`;
}
