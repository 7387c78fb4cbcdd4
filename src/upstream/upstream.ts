import { Flag } from "../dns/header.ts";
import { RrClass } from "../dns/iana/rr-class.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import type { Message } from "../dns/message.ts";
import type { Name } from "../dns/name.ts";
import type { ChannelPool } from "./channel-pool.ts";
import type { TlsSettings } from "./connector.ts";
import { Connector } from "./connector.ts";
import { EdnsSupport } from "./edns-support.ts";
import type { ExchangeTerms, Waiter } from "./exchange.ts";
import { Exchange, promiseReply } from "./exchange.ts";
import { HealthCheck } from "./health-check.ts";
import type { Request } from "./request.ts";
import { ProbeRequest } from "./request.ts";
import { StreamConnections } from "./stream-connections.ts";
import type { TimerWheel } from "./timer-wheel.ts";
import type { Endpoint } from "./udp-socket.ts";
import { UdpSockets } from "./udp-sockets.ts";
import { UpstreamError } from "./upstream-error.ts";
import type { UpstreamMetrics } from "./upstream-metrics.ts";

export interface UpstreamSettings {
  /** For a reply, from when the query was sent. */
  readonly readTimeoutMs: number;
  /** For opening a connection, TLS handshake included. */
  readonly setupTimeoutMs: number;
  /** See `PoolLimits` for these three. */
  readonly expireMs: number;
  readonly maxAgeMs: number;
  readonly maxIdle: number;
  readonly probe: ProbeSettings;
}

/** How to find out whether an upstream is alive: by a query for the NS records of a name. */
export interface ProbeSettings {
  readonly qname: Name;
  readonly recursionDesired: boolean;
  /** Pause after a probe that failed. */
  readonly intervalMs: number;
  readonly overTcp: boolean;
  /** Without them nobody is ever found to be down. */
  readonly isOn: boolean;
}

const PROBE_TIMEOUT_MS = 1000;
/** Without probes, how long an upstream that was silent comes last. */
const DOUBT_MS = 10_000;

/** One server that queries are forwarded to. */
export class Upstream {
  /** Address and port: `192.0.2.1:53`, `[2001:db8::1]:53`. */
  readonly to: string;
  readonly health: HealthCheck;
  readonly #endpoint: Endpoint;
  readonly #tls: TlsSettings | undefined;
  readonly #settings: UpstreamSettings;
  readonly #wheel: TimerWheel;
  readonly #metrics: UpstreamMetrics;
  readonly #terms: ExchangeTerms;
  #udp: ChannelPool | undefined;
  #stream: ChannelPool | undefined;
  #doubtedUntilMs = 0;
  #isStopped = false;

  /** @param target `tls`: all queries go over TLS */
  constructor(
    target: { readonly to: string; readonly endpoint: Endpoint; readonly tls?: TlsSettings },
    settings: UpstreamSettings,
    wheel: TimerWheel,
    metrics: UpstreamMetrics,
  ) {
    this.to = target.to;
    this.#endpoint = target.endpoint;
    this.#tls = target.tls;
    this.#settings = settings;
    this.#wheel = wheel;
    this.#metrics = metrics;
    this.#terms = {
      to: target.to,
      wheel,
      timeoutMs: settings.readTimeoutMs,
      edns: new EdnsSupport(),
      onReply: (rcode, seconds) => {
        this.#doubtedUntilMs = 0;
        metrics.observe(rcode, seconds);
      },
      onFailure: () => this.doubt(),
    };
    this.health = this.#healthCheck(settings.probe);
  }

  get isTls(): boolean {
    return this.#tls !== undefined;
  }

  /** Whether a query waited for it in vain, and it has not replied to anything since. */
  isDoubted(nowMs: number): boolean {
    return this.#doubtedUntilMs > nowMs;
  }

  /** It is silent where it should have spoken: probes find out what is wrong. */
  doubt(): void {
    this.#doubtedUntilMs = performance.now() + DOUBT_MS;
    if (this.#settings.probe.isOn) this.health.begin();
  }

  /**
   * Sends a request.
   * @param overTcp TCP rather than UDP; an upstream with TLS is always asked by TLS
   * @param deadlineMs on the monotonic clock
   * @param waiter is told how it ended, perhaps before this returns
   */
  send(request: Request, overTcp: boolean, deadlineMs: number, waiter: Waiter): Exchange {
    const exchange = new Exchange(request, this.#terms, this.#pool(overTcp), deadlineMs, waiter);
    exchange.begin();
    return exchange;
  }

  /** As {@link Upstream.send}, by a promise that rejects with an {@link UpstreamError}. */
  exchange(request: Request, overTcp: boolean, deadlineMs: number): Promise<Message> {
    return promiseReply((waiter) => this.send(request, overTcp, deadlineMs, waiter));
  }

  /** Ends the health check and closes all sockets; what is under way fails. */
  stop(): void {
    this.#isStopped = true;
    this.health.stop();
    this.#udp?.destroy(this.#stopped());
    this.#stream?.destroy(this.#stopped());
  }

  #stopped(): UpstreamError {
    return new UpstreamError("network", `${this.to}: stopped`);
  }

  #pool(overTcp: boolean): ChannelPool {
    if (this.#isStopped) return closedPool(this.#stopped());
    if (overTcp || this.#tls !== undefined) return (this.#stream ??= this.#openStream());
    return (this.#udp ??= this.#openUdp());
  }

  #openUdp(): ChannelPool {
    const limits = { ...this.#settings, to: this.to };
    return new UdpSockets(this.#endpoint, limits, this.#metrics.poolCells("udp"), this.#wheel);
  }

  #openStream(): ChannelPool {
    return new StreamConnections(
      new Connector(this.#endpoint, this.#tls),
      { ...this.#settings, to: this.to },
      this.#metrics.poolCells(this.#tls ? "tcp-tls" : "tcp"),
      this.#wheel,
    );
  }

  #healthCheck({ qname, recursionDesired, intervalMs, overTcp }: ProbeSettings): HealthCheck {
    const flags = recursionDesired ? Flag.RD : 0;
    const request = new ProbeRequest({ qname, qtype: RrType.NS, qclass: RrClass.IN, flags });
    const terms: ExchangeTerms = {
      to: this.to,
      wheel: this.#wheel,
      timeoutMs: PROBE_TIMEOUT_MS,
      edns: this.#terms.edns,
      onReply: () => (this.#doubtedUntilMs = 0),
      onFailure: () => {},
    };
    const probe = (): Promise<Message> =>
      promiseReply((waiter) => {
        const deadlineMs = performance.now() + PROBE_TIMEOUT_MS;
        new Exchange(request, terms, this.#pool(overTcp), deadlineMs, waiter).begin();
      });
    return new HealthCheck(probe, intervalMs, () => this.#metrics.healthcheckFailures.value++);
  }
}

function closedPool(error: UpstreamError): ChannelPool {
  return { where: "upstream", send: (exchange) => exchange.fail(error), destroy: () => {} };
}
