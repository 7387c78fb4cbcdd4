import { KubeconfigAccess } from "../../kube/api/access/kubeconfig-access.ts";
import type { Context } from "../../kube/api/access/kubeconfig-document.ts";
import type { Rights } from "./rights.ts";
import { rightsIn } from "./rights.ts";

/** A start does not wait for longer: the cluster may be away, or somebody has to log in first. */
const WAIT_MS = 5_000;
const RETRY_MS = 10_000;

/** What the user may read in each context, asked for once and again as long as nobody can tell. */
export class KnownRights {
  readonly #kubeconfig: string;
  readonly #onNews: () => void;
  readonly #known = new Map<string, Rights>();
  readonly #asking = new Map<string, Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();

  /** @param onNews what was not known in time is known now */
  constructor(kubeconfig: string, onNews: () => void) {
    this.#kubeconfig = kubeconfig;
    this.#onNews = onNews;
  }

  async of(context: Context): Promise<Rights> {
    const { name } = context;
    const known = this.#known.get(name);
    if (known) return known;
    let isLate = false;
    if (!this.#asking.has(name)) {
      const asking = this.#ask(context).finally(() => {
        this.#asking.delete(name);
        if (isLate && this.#known.has(name)) this.#onNews();
      });
      this.#asking.set(name, asking);
    }
    const waiting = Promise.withResolvers<void>();
    const timer = setTimeout(waiting.resolve, WAIT_MS);
    await Promise.race([this.#asking.get(name), waiting.promise]);
    clearTimeout(timer);
    isLate = true;
    return this.#known.get(name) ?? { kind: "unknown" };
  }

  /** The kubeconfig is another one. */
  forget(): void {
    this.#known.clear();
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #ask(context: Context): Promise<void> {
    const access = new KubeconfigAccess({ path: this.#kubeconfig, context: context.name });
    const rights = await rightsIn(access, context.namespace || "default");
    if (rights.kind !== "unknown") {
      this.#known.set(context.name, rights);
      return;
    }
    // What cannot be reached is asked for by what is served as well, which says so.
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#onNews();
    }, RETRY_MS).unref();
    this.#timers.add(timer);
  }
}
