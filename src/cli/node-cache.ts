import { HttpEndpoints } from "../http/http-endpoints.ts";
import { CorefileSource } from "../node-cache/corefile-source.ts";
import { Iptables } from "../node-cache/iptables.ts";
import { LocalInterface } from "../node-cache/local-interface.ts";
import { Networking } from "../node-cache/networking.ts";
import type { NodeCacheOptions } from "../node-cache/options.ts";
import { readNodeCacheOptions } from "../node-cache/options.ts";
import { rulesFor } from "../node-cache/rules.ts";
import { serviceAddress, serviceVariable } from "../node-cache/service-address.ts";
import { SetupErrors } from "../node-cache/setup-errors.ts";
import { isIPv6 } from "node:net";
import type { Logger } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Arguments } from "./arguments.ts";
import { parseFlags } from "./flags.ts";
import type { Around } from "./serve.ts";

/** As often as NodeLocal DNSCache looks. */
const LOOK_MS = 10_000;

/** Serves in NodeLocal DNSCache's place. */
export async function nodeCache(given: Arguments): Promise<void> {
  const options = readNodeCacheOptions(given.values);
  const flags = { ...parseFlags(given), conf: options.corefilePath };
  const { serve } = await import("./serve.ts");
  await serve(flags, new NodeCache(options, flags.port));
}

class NodeCache implements Around {
  readonly #options: NodeCacheOptions;
  readonly #dnsPort: number;
  readonly #errors = new SetupErrors();
  #networking: Networking | undefined;
  #corefile: CorefileSource | undefined;
  #ended: Promise<void> | undefined;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(options: NodeCacheOptions, dnsPort: number) {
    this.#options = options;
    this.#dnsPort = dnsPort;
  }

  async prepare(log: Logger): Promise<void> {
    this.#corefile = this.#corefileSource(log);
    await this.#corefile.update();
    this.#networking = await this.#openNetworking(log);
    // The rules come when somebody listens.
    this.#networking.ensureInterface();
  }

  served({ metrics }: { readonly metrics: Metrics }, log: Logger): void {
    const { syncIntervalMs, isReloadedBySignal } = this.#options;
    this.#errors.publish(metrics);
    void this.#serveMetrics(metrics, log);
    void this.#networking?.ensure();
    this.#each(syncIntervalMs, async () => this.#networking?.ensure());
    this.#each(LOOK_MS, async () => {
      const hasChanged = await this.#corefile?.update();
      if (hasChanged && isReloadedBySignal) process.kill(process.pid, "SIGUSR1");
    });
  }

  ending(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#ended ??= this.#options.isTornDown ? this.#networking?.tearDown() : Promise.resolve();
    return this.#ended ?? Promise.resolve();
  }

  #corefileSource(log: Logger): CorefileSource {
    const { localAddresses, templatePath, corefilePath, kubeDnsFolder, upstreamService } =
      this.#options;
    const upstreamAddress = serviceAddress(upstreamService, process.env);
    if (upstreamAddress === undefined) {
      const variable = serviceVariable(upstreamService);
      log.warn(
        `Cannot tell the address of Service "${upstreamService}": ${variable} of the environment is no IP address`,
      );
    }
    const values = { localAddresses, upstreamAddress, dnsPort: this.#dnsPort };
    const errors = this.#errors;
    return new CorefileSource({
      ...values,
      templatePath,
      corefilePath,
      kubeDnsFolder,
      log,
      errors,
    });
  }

  async #openNetworking(log: Logger): Promise<Networking> {
    const { localAddresses, interfaceName = "", hasRules, healthPort } = this.#options;
    const rules = localAddresses.flatMap((one) => rulesFor(one, this.#dnsPort, healthPort));
    return new Networking({
      localInterface: interfaceName === "" ? undefined : await this.#openInterface(log),
      interfaceName,
      iptables: new Iptables(isIPv6(localAddresses[0] ?? "")),
      rules: hasRules ? rules : [],
      log,
      errors: this.#errors,
    });
  }

  async #openInterface(log: Logger): Promise<LocalInterface | undefined> {
    const { interfaceName = "", localAddresses } = this.#options;
    try {
      return await LocalInterface.open(interfaceName, localAddresses);
    } catch (error) {
      this.#errors.add("interface_add");
      log.error(`Cannot add interface "${interfaceName}": ${(error as Error).message}`);
      return undefined;
    }
  }

  async #serveMetrics(metrics: Metrics, log: Logger): Promise<void> {
    const { metricsAddress } = this.#options;
    try {
      await new HttpEndpoints().serve(metricsAddress, "/metrics", (_request, response) => {
        void metrics.text().then(
          (text) => {
            const { contentType } = metrics.registry;
            response.writeHead(200, { "content-type": contentType }).end(text);
          },
          () => response.writeHead(500, { "content-type": "text/plain" }).end("no metrics\n"),
        );
      });
    } catch (error) {
      log.error(`Cannot serve metrics on "${metricsAddress}": ${(error as Error).message}`);
    }
  }

  /** One after the other: what takes longer than its time is not begun twice. */
  #each(everyMs: number, work: () => Promise<unknown>): void {
    let isBusy = false;
    const timer = setInterval(() => {
      if (isBusy) return;
      isBusy = true;
      void work().finally(() => {
        isBusy = false;
      });
    }, everyMs);
    this.#timers.push(timer);
  }
}
