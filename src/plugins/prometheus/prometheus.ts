import type { ServerResponse } from "node:http";
import { reasonOf } from "../../corefile/corefile-error.ts";
import type { Name } from "../../dns/name.ts";
import { guard } from "../../observe/faults.ts";
import type { Cell, Family } from "../../observe/metrics.ts";
import { serveHttp } from "../../http/http-address.ts";
import type { Exchange } from "../../server/contract/exchange.ts";
import type { Instance, PluginContext } from "../../server/contract/plugin.ts";
import type { Observer } from "../../server/pipeline/serving-block.ts";
import type { RepeatObserver } from "../../server/contract/repeat-observer.ts";
import type { PrometheusOptions } from "./parse.ts";
import { provideProcessMetrics, provideRuntimeMetrics } from "./process-metrics.ts";
import { trafficFamilies } from "./traffic-families.ts";
import { ZoneTraffic } from "./zone-traffic.ts";

interface CountedZone {
  readonly zone: Name;
  readonly traffic: ZoneTraffic;
}

/** Counts the queries of a server block, and serves all metrics of the process over HTTP. */
export class Prometheus implements Instance {
  readonly #options: PrometheusOptions;
  readonly #context: PluginContext;
  /** Longest first; what is in none of them counts for the root. */
  readonly #zones: readonly CountedZone[];
  readonly #elsewhere: ZoneTraffic;
  readonly #enabled: Family<Cell>;
  #close: (() => Promise<void>) | undefined;

  constructor(options: PrometheusOptions, context: PluginContext) {
    this.#options = options;
    this.#context = context;
    const families = trafficFamilies(context.metrics);
    this.#enabled = families.pluginEnabled;
    const trafficOf = (zone: string): ZoneTraffic => {
      return new ZoneTraffic(families, [context.serverLabel, zone, context.settings.view ?? ""]);
    };
    this.#zones = context.zones
      .map((zone) => ({ zone, traffic: trafficOf(zone.toString()) }))
      .sort((a, b) => b.zone.key.length - a.zone.key.length);
    this.#elsewhere = trafficOf(".");
  }

  get httpAddress(): string {
    return this.#options.address;
  }

  async start(): Promise<void> {
    const { metrics } = this.#context;
    provideProcessMetrics(metrics);
    if (this.#options.hasRuntimeMetrics) provideRuntimeMetrics(metrics);
    const served = await serveHttp(
      this.#context,
      this.#options.address,
      "/metrics",
      guard("HTTP endpoint", (_request: unknown, response: ServerResponse) => {
        return this.#answer(response);
      }),
    );
    this.#close = served.close;
    // Over a reload the old and the new configuration both count for a moment.
    for (const cell of this.#enabledCells()) cell.value++;
  }

  observe({ query, outcome, octets }: Exchange): void {
    this.#trafficFor(query.qname).count(query, outcome, octets);
  }

  /** CoreDNS's word for what nobody takes. It has no zone, and no block's endpoint is needed. */
  unservedObserver(server: string): Observer {
    const families = trafficFamilies(this.#context.metrics);
    const traffic = new ZoneTraffic(families, [server, "dropped", ""]);
    return ({ query, outcome, octets }) => traffic.count(query, outcome, octets);
  }

  observeRepeats(qname: Name): RepeatObserver {
    return this.#trafficFor(qname);
  }

  async stop(): Promise<void> {
    const close = this.#close;
    if (!close) return;
    this.#close = undefined;
    for (const cell of this.#enabledCells()) cell.value--;
    await close();
  }

  /** One for each plugin in each zone of the block. */
  #enabledCells(): Cell[] {
    const { plugins, zones, serverLabel, settings } = this.#context;
    const { view = "" } = settings;
    return zones.flatMap((zone) => {
      return plugins.map((plugin) => {
        return this.#enabled.with(serverLabel, zone.toString(), view, plugin);
      });
    });
  }

  #trafficFor(qname: Name): ZoneTraffic {
    for (const { zone, traffic } of this.#zones) {
      if (zone.key.length === 1 || qname.isWithin(zone)) return traffic;
    }
    return this.#elsewhere;
  }

  async #answer(response: ServerResponse): Promise<void> {
    const { metrics, log } = this.#context;
    try {
      const text = await metrics.text();
      response.writeHead(200, { "content-type": metrics.registry.contentType }).end(text);
    } catch (error) {
      log.error(`Cannot collect metrics: ${reasonOf(error)}`);
      response.writeHead(500, { "content-type": "text/plain" }).end("Cannot collect metrics\n");
    }
  }
}
