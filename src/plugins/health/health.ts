import type { ServerResponse } from "node:http";
import { setTimeout } from "node:timers/promises";
import { formatDuration } from "../../observe/format-duration.ts";
import type { HttpHandler } from "../../http/http-endpoints.ts";
import { splitAddress } from "../../http/http-endpoints.ts";
import { serveHttp } from "../../http/http-address.ts";
import type { Instance, PluginContext } from "../../server/contract/plugin.ts";
import type { HealthOptions } from "./parse.ts";
import { SelfCheck } from "./self-check.ts";

const PATH = "/health";

/** Answers `/health` for as long as the process lives, and asks it of itself to see how it does. */
export class Health implements Instance {
  readonly #options: HealthOptions;
  readonly #context: PluginContext;
  readonly #selfCheck: SelfCheck;
  #close: (() => Promise<void>) | undefined;

  constructor(options: HealthOptions, context: PluginContext) {
    this.#options = options;
    this.#context = context;
    this.#selfCheck = new SelfCheck(context);
  }

  get httpAddress(): string {
    return this.#options.address;
  }

  async start(): Promise<void> {
    const { address } = this.#options;
    // A handler of its own: by that the endpoint tells this instance from its successor.
    const handler: HttpHandler = (_request, response) => sayOk(response);
    const { port, close } = await serveHttp(this.#context, address, PATH, handler);
    this.#close = close;
    // Of all addresses, one has to be asked: a name would need /etc/hosts.
    const host = splitAddress(address).host || "127.0.0.1";
    this.#selfCheck.start({ host, port, path: PATH });
  }

  /** Lameduck: `/health` stays 200, so that nobody kills us while clients go elsewhere. */
  async drain(): Promise<void> {
    const { lameduckMs } = this.#options;
    if (lameduckMs === 0) return;
    this.#context.log.info(`Going into lameduck mode for ${formatDuration(lameduckMs)}`);
    await setTimeout(lameduckMs);
  }

  async stop(): Promise<void> {
    this.#selfCheck.stop();
    const close = this.#close;
    this.#close = undefined;
    await close?.();
  }
}

function sayOk(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end("OK");
}
