import type { Corefile } from "../corefile/corefile.ts";
import { Faults } from "../corefile/faults.ts";
import { countPanics, describeFault, onFault } from "../observe/faults.ts";
import { HttpEndpoints } from "../http/http-endpoints.ts";
import type { Logger } from "../observe/log.ts";
import { Metrics } from "../observe/metrics.ts";
import { blame } from "./check-start.ts";
import type { Configuration } from "./configuration.ts";
import type { Endpoint } from "./endpoint.ts";
import type { PlacedInstance, BuildContext } from "./block-instances.ts";
import { buildWhatIsGood } from "./configuration.ts";
import { PluginModules } from "./plugin-modules/plugin-modules.ts";
import type { PluginOrder } from "./plugin-order.ts";
import type { OpenEndpoint } from "./open-endpoint.ts";
import { openEndpoint, overlap, takeOver } from "./open-endpoint.ts";
import type { ServingBlock } from "./pipeline/serving-block.ts";
import { AnswerTable } from "./table/answer-table.ts";
import { publishUdp } from "./udp-metrics.ts";
import { inTime } from "./in-time.ts";
import { isSameUdp } from "./contract/configured-udp.ts";
import { StreamSender } from "./pipeline/stream-sender.ts";
import { WaitingQueries } from "./pipeline/waiting-queries.ts";

/** How long queries in flight are waited for when a configuration ends; CoreDNS's figure. */
const GRACE_MS = 5_000;

/** Turns of the event loop in which streams are read before they are paused. */
const LAST_TURNS = 3;

export interface ServerOptions {
  /** Reads the configuration; again for each reload. */
  readonly load: () => Corefile | Promise<Corefile>;
  readonly plugins: PluginOrder;
  readonly defaultPort: number;
  readonly log: Logger;
  /** Called when a plugin finds that there is no serving with this configuration, and has said so in the log. */
  readonly onFatal: (message: string) => void;
  /** Called once, when it listens and before any plugin is told. */
  readonly onListening?: (server: Server) => void;
}

/** The running server: listeners, and the configuration behind them, which a reload replaces. */
export class Server {
  readonly metrics: Metrics = new Metrics();
  /** Replies that are repeated without asking any plugin. */
  readonly table: AnswerTable = new AnswerTable();
  readonly #options: ServerOptions;
  readonly #http = new HttpEndpoints();
  readonly #waiting = new WaitingQueries();
  readonly #streams = new StreamSender();
  readonly #modules = new PluginModules();
  #openEndpoints = new Map<string, OpenEndpoint>();
  #configuration: Configuration = { endpoints: new Map(), blocks: [], instances: [] };
  /** Reloads and the stop, one after the other. */
  #work: Promise<void> = Promise.resolve();
  /** A reload whose turn has not come. */
  #waitingReload: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #isStopped = false;
  readonly #endFaults: () => void;

  private constructor(options: ServerOptions) {
    this.#options = options;
    publishUdp(this.metrics, () =>
      [...this.#openEndpoints.values()].flatMap(({ listeners }) => listeners),
    );
    this.#waiting.publish(this.metrics);
    this.metrics.beforeText(() => this.table.count());
    const panics = countPanics(this.metrics);
    this.#endFaults = onFault((what, error) => {
      panics.value++;
      options.log.error(`Recovered from panic in ${what}: ${describeFault(error)}`);
    });
  }

  /**
   * Starts serving.
   * @throws {CorefileError} if the Corefile is wrong, or something in it cannot be opened.
   */
  static async start(options: ServerOptions): Promise<Server> {
    const server = new Server(options);
    try {
      await server.#switchTo(await options.load());
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** What is being served by. */
  get configuration(): Configuration {
    return this.#configuration;
  }

  /** Where it listens, and for which zones there. */
  places(): { address: string; port: number; zones: string[] }[] {
    return [...this.#openEndpoints].flatMap(([id, { listeners }]) => {
      const zones = this.#configuration.endpoints.get(id)?.router.zones() ?? [];
      return listeners.slice(0, 1).map(({ address, port }) => ({ address, port, zones }));
    });
  }

  /**
   * Reads the configuration again; if it is refused, the old one goes on serving. Whoever asks
   * while a reload waits for its turn is served by that one: it has read nothing yet.
   */
  reload(): Promise<void> {
    if (this.#waitingReload) return this.#waitingReload;
    const reloaded = this.#work.then(async () => {
      this.#waitingReload = undefined;
      if (this.#isStopped) return;
      const corefile = await this.#options.load();
      if (!this.#isStopped) await this.#switchTo(corefile);
    });
    this.#waitingReload = reloaded;
    this.#work = reloaded.catch(() => {});
    return reloaded;
  }

  /** Answers what has been received, then closes everything. No reload begins any more. */
  stop(): Promise<void> {
    this.#isStopped = true;
    // A reload may be waiting for a file system that hangs.
    this.#stopping ??= inTime(this.#work, GRACE_MS).then(() => this.#stop());
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { instances, blocks } = this.#configuration;
    await Promise.all(instances.map((placed) => this.#drain(placed)));
    const posts = [...this.#openEndpoints.values()];
    await pauseEndpoints(posts);
    await settled(blocks);
    await closeEndpoints(posts);
    await settled(blocks);
    this.table.stop();
    await this.#stopInstances(instances);
    this.#endFaults();
  }

  async #drain({ plugin, instance }: PlacedInstance): Promise<void> {
    try {
      await instance.drain?.();
    } catch (error) {
      this.#options.log.error({ err: error }, `plugin/${plugin}: Cannot drain`);
    }
  }

  /** Brings a configuration up beside the one at work, lets it take over, ends the old one. */
  async #switchTo(corefile: Corefile): Promise<void> {
    const faults = new Faults();
    const plugins = await this.#modules.order(corefile.plugins, this.#options.plugins, faults);
    const context = this.#buildContext(plugins, () => this.#configuration === next);
    const next: Configuration = buildWhatIsGood(corefile, context, faults);
    faults.throwIfAny();
    const started: PlacedInstance[] = [];
    const opened = new Map<string, OpenEndpoint>();
    try {
      for (const placed of next.instances) {
        started.push(placed);
        await startInstance(placed);
      }
      for (const [id, endpoint] of next.endpoints) {
        if (this.#openEndpoints.has(id)) continue;
        const others = [...this.#openEndpoints.values(), ...opened.values()];
        const sharesPort = others.some(({ place }) => overlap(place, endpoint));
        opened.set(id, await this.#open(endpoint, next.endpoints.size, sharesPort));
      }
      const isReload = this.#openEndpoints.size > 0;
      if (isReload) await Promise.all(next.instances.map(async (one) => one.instance.ready?.()));
    } catch (error) {
      await closeEndpoints(opened.values());
      await this.#stopInstances(started);
      throw error;
    }
    await this.#takeOver(next, opened);
  }

  async #takeOver(next: Configuration, opened: Map<string, OpenEndpoint>): Promise<void> {
    const old = this.#configuration;
    const gone: OpenEndpoint[] = [];
    for (const [id, post] of this.#openEndpoints) {
      const endpoint = next.endpoints.get(id);
      if (!endpoint) {
        gone.push(post);
        continue;
      }
      takeOver(post, endpoint);
      if (!isSameUdp(post.udp, endpoint.udp)) this.#options.log.warn(keepsUdp(endpoint));
      opened.set(id, post);
    }
    this.#openEndpoints = opened;
    this.#configuration = next;
    if (old.endpoints.size === 0) this.#options.onListening?.(this);
    for (const { instance } of next.instances) instance.serving?.();
    await pauseEndpoints(gone);
    await settled(old.blocks);
    await closeEndpoints(gone);
    await this.#stopInstances(old.instances);
  }

  #open(endpoint: Endpoint, posts: number, sharesPort: boolean): Promise<OpenEndpoint> {
    const { log } = this.#options;
    return openEndpoint(endpoint, {
      posts,
      sharesPort,
      log,
      table: this.table,
      waiting: this.#waiting,
      streams: this.#streams,
    });
  }

  async #stopInstances(instances: readonly PlacedInstance[]): Promise<void> {
    const deadline = performance.now() + GRACE_MS;
    for (const { plugin, instance } of instances) {
      try {
        const isDone = await inTime(instance.stop?.(), deadline - performance.now());
        if (!isDone) this.#options.log.error(`plugin/${plugin}: Cannot stop: still at work`);
      } catch (error) {
        this.#options.log.error({ err: error }, `plugin/${plugin}: Cannot stop`);
      }
    }
  }

  #buildContext(plugins: PluginOrder, isAtWork: () => boolean): BuildContext {
    const { defaultPort, log, onFatal } = this.#options;
    return {
      plugins,
      defaultPort,
      log,
      metrics: this.metrics,
      host: {
        http: this.#http,
        isServing: () => isAtWork() && !this.#isStopped,
        reload: () => this.reload(),
        fatal: onFatal,
      },
    };
  }
}

function keepsUdp({ address, port }: Endpoint): string {
  const where = `${address || "all addresses"} port ${port}`;
  return `UDP on ${where} stays as it is: what transport or multisocket says holds from the next start`;
}

function startInstance(placed: PlacedInstance): Promise<void> {
  return blame(placed, () => placed.instance.start?.());
}

/** Takes nothing new; but what came before, and is still with the kernel, is read first. */
async function pauseEndpoints(posts: readonly OpenEndpoint[]): Promise<void> {
  for (let turn = 0; turn < LAST_TURNS && posts.length > 0; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const { listeners } of posts) for (const listener of listeners) listener.pause();
}

async function closeEndpoints(posts: Iterable<OpenEndpoint>): Promise<void> {
  for (const { listeners, table } of posts) {
    await Promise.all(listeners.map((one) => one.close()));
    table?.close();
  }
}

/** Waits until no query is in flight, but not for ever. */
async function settled(blocks: readonly ServingBlock[]): Promise<void> {
  const deadline = performance.now() + GRACE_MS;
  while (blocks.some(({ inFlight }) => inFlight > 0) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
