import type { ServerResponse } from "node:http";
import { serveHttp } from "../../http/http-address.ts";
import type { Instance, PluginContext } from "../../server/contract/plugin.ts";
import type { ReadyOptions } from "./parse.ts";

/** Answers `/ready`: 200 if queries are answered as they should be, else 503 and why not. */
export class Ready implements Instance {
  readonly #options: ReadyOptions;
  readonly #context: PluginContext;
  /** Those that need not be asked any more. */
  readonly #settled = new WeakSet<Instance>();
  #isDraining = false;
  #logged = "";
  #close: (() => Promise<void>) | undefined;

  constructor(options: ReadyOptions, context: PluginContext) {
    this.#options = options;
    this.#context = context;
  }

  get httpAddress(): string {
    return this.#options.address;
  }

  async start(): Promise<void> {
    const { address } = this.#options;
    const { close } = await serveHttp(
      this.#context,
      address,
      "/ready",
      (_request, response, before) => {
        // While a reload brings this configuration up, the old one serves: it says how that goes.
        if (before && !this.#context.host.isServing()) before();
        else this.#answer(response);
      },
    );
    this.#close = close;
  }

  /** From SIGTERM on no more clients should come, however long the lame duck still answers. */
  async drain(): Promise<void> {
    this.#isDraining = true;
  }

  async stop(): Promise<void> {
    const close = this.#close;
    this.#close = undefined;
    await close?.();
  }

  #answer(response: ServerResponse): void {
    const trouble = this.#trouble();
    const status = trouble === undefined ? 200 : 503;
    response
      .writeHead(status, { "content-type": "text/plain; charset=utf-8" })
      .end(trouble ?? "OK");
  }

  #trouble(): string | undefined {
    if (this.#isDraining) return "Shutting down";
    const { notReady, isServing } = this.#look();
    const names = [...notReady.keys()].sort().join(",");
    this.#logChange(names);
    if (notReady.size > 0) return [names, ...reasons(notReady)].join("\n");
    return isServing ? undefined : "Starting up";
  }

  /** Why not, by the names of plugins that are not ready. */
  #look(): { notReady: Map<string, Set<string>>; isServing: boolean } {
    const { host } = this.#context;
    const notReady = new Map<string, Set<string>>();
    for (const { plugin, instance } of host.instances()) {
      if (this.#settled.has(instance)) continue;
      const reason = instance.notReady?.();
      if (reason === undefined) this.#settle(instance);
      else notReady.set(plugin, (notReady.get(plugin) ?? new Set()).add(reason));
    }
    return { notReady, isServing: host.isServing() };
  }

  #settle(instance: Instance): void {
    if (this.#options.monitor === "until-ready") this.#settled.add(instance);
  }

  /** A probe comes every few seconds; only what is new is worth a line. */
  #logChange(names: string): void {
    if (names !== "" && names !== this.#logged) {
      this.#context.log.info(`Plugins not ready: "${names}"`);
    }
    this.#logged = names;
  }
}

function reasons(notReady: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  return [...notReady].flatMap(([plugin, all]) => [...all].map((reason) => `${plugin}: ${reason}`));
}
