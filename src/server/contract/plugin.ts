import type { Directive, Token } from "../../corefile/directive.ts";
import type { ServerKey } from "../../corefile/server-block.ts";
import type { Name } from "../../dns/name.ts";
import type { HttpEndpoints } from "../../http/http-endpoints.ts";
import type { Logger } from "../../observe/log.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { Admission } from "./admission.ts";
import type { Capability, Offer, Offered } from "./capability.ts";
import type { Exchange } from "./exchange.ts";
import type { Metadata, MetadataTable } from "./metadata.ts";
import type { BlockOutline, Reach, Warning } from "./reach.ts";
import type { View } from "./view.ts";
import type { Query } from "./query.ts";
import type { RepeatObserver } from "./repeat-observer.ts";
import type { Result } from "./reply.ts";
import type { ConfiguredTcp } from "./configured-tcp.ts";
import type { ConfiguredUdp } from "./configured-udp.ts";

/**
 * A plugin: one directive of the Corefile. `parse` reads it, `create` builds what it stands for.
 *
 * @typeParam Options what `parse` makes of one directive; plain data
 */
export interface Plugin<Options> {
  /** The directive's name, and the name of the plugin's folder. */
  readonly name: string;
  /** A second directive in the same server block is an error. */
  readonly once?: boolean;
  /** Directives that left CoreDNS and that this one does the work of, with what to write instead. */
  readonly replaces?: Readonly<Record<string, string>>;
  /**
   * Reads one directive. Pure and synchronous: no I/O, not even to see whether a file exists.
   * @throws {CorefileError} with the offending token's file and line.
   */
  parse(directive: Directive): Options;
  /**
   * Makes one of the options of all directives in a block; without it each directive gets an
   * instance of its own, in the order of the file.
   */
  merge?(all: readonly Options[]): Options;
  /** Which queries end at such a directive; left out where the text does not tell. Pure. */
  reach?(options: Options, directive: Directive): Reach;
  /**
   * What of the directive has no effect, or another one than people expect, with what to write instead. Whether it
   * is asked anything is looked at for all plugins alike, by `reach`. Pure.
   */
  warnings?(options: Options, directive: Directive, block: BlockOutline): Iterable<Warning>;
  /** Changes settings of the server block itself. Runs before any `create`; pure. */
  configure?(options: Options, settings: BlockSettings): void;
  /** Allocates and precomputes; opens nothing. Left out by plugins that only configure. */
  create?(options: Options, context: PluginContext): Instance;
}

/** What a plugin is in one server block. Everything is optional. */
export interface Instance {
  /**
   * Answers a query or hands it on; synchronous until somebody truly waits.
   * - Answer: return a `Reply`.
   * - Not mine: `return next(query)`. Behind the last plugin that is SERVFAIL.
   * - Change the answer: `return mapReply(next(query), edit)`; it may be edited in place.
   * - More than a message holds: return a `RecordStream`.
   * - Silence: return `DROPPED`.
   * - Failure: throw or reject with a `QueryError`; whatever else is thrown is SERVFAIL.
   * The octets of `query.options` are valid until this returns.
   */
  serve?(query: Query, next: Next): Result;
  /**
   * Looks at a query of the block before anybody else, be it one that the block does not take: the place to verify what the
   * whole packet says, and to set `Query.seal` and `Query.signedBy`. Not called for questions of the server itself.
   * @param packet valid until this returns
   * @returns `Rcode.NOERROR` to go on, else the reply's response code
   */
  open?(query: Query, packet: Buffer): number;
  /** What else may reach this block than common questions; refused where no instance says so. */
  readonly accepts?: readonly Admission[];
  /** Whether it knows only data of class IN: what else the block accepts goes past it. */
  readonly isCommonOnly?: boolean;
  /**
   * Whether it answers with authority for its own zones and nothing else: what it hands on as the last plugin of
   * the block is REFUSED, where it would be SERVFAIL behind others.
   */
  readonly refusesOthers?: boolean;
  /** Whether it passes a client's EDNS option with this code on, as `Query.outgoing`. */
  passesOption?(code: number): boolean;
  /** Which of the queries for its zones this block is for; for all without it. */
  readonly view?: View;
  /** What it knows of queries, by label `plugin/name`; for those who ask by `context.metadata`. */
  readonly metadata?: MetadataTable;
  /** What it does for other plugins of the block, which find it by `context.offered`. */
  readonly offers?: readonly Offer[];
  /**
   * All instances of the block have been made: the time to ask for what others offer. Opens nothing.
   * @throws {CorefileError} for what is missing
   */
  connect?(): void;
  /** Sees each query of the block once, when its reply has been encoded; must not throw. */
  observe?(exchange: Exchange): void;
  /**
   * What sees the queries that no server block takes, on whatever address they come. Of each
   * plugin, the first instance in the Corefile that has this is asked, once for each address.
   * @param server the `server` label of that address
   */
  unservedObserver?(server: string): NonNullable<Instance["observe"]>;
  /**
   * Whether the instance marks its replies (`Reply.narrow`), so that the server may pass it by and
   * repeat one for as long as it holds good: not if it has an effect of its own on each query.
   * "rotated" if addresses in the reply should then be in another order. Without this, no reply of
   * the block is repeated.
   *
   * Who answers narrows by what the answer depends on. Who hands a query on because of something
   * that may change, as that there is no such name, narrows what comes back by that.
   */
  readonly passable?: boolean | "rotated";
  /**
   * Called once for each reply that is kept to be repeated: who is to be told of the queries
   * that it answers. Where there is `observe` but not this, no reply of the block is repeated.
   */
  observeRepeats?(qname: Name): RepeatObserver | undefined;
  /**
   * Looks whether `start` would be refused, as far as that can be known without a socket or a timer: files that are
   * missing or wrong, names that do not resolve. Throws what `start` would.
   */
  check?(): void | Promise<void>;
  /** Where it serves HTTP, as HOST:PORT; of all addresses if HOST is empty. */
  readonly httpAddress?: string;
  /** Opens files, sockets and timers. If it rejects, the configuration is refused. */
  start?(): void | Promise<void>;
  /**
   * Resolves when it answers as well as the one that it takes over from; only a reload waits for
   * it, so it must end by itself.
   */
  ready?(): Promise<void>;
  /** Its configuration is at work: queries come to it. */
  serving?(): void;
  /** Undoes `start`; called also if that failed. Queries in flight have been answered by then. */
  stop?(): void | Promise<void>;
  /** For `/ready`: undefined if ready, else the reason why not. */
  notReady?(): string | undefined;
  /** SIGTERM has come: keep serving for as long as this takes (lameduck). */
  drain?(): Promise<void>;
}

export type Next = (query: Query) => Result;

/** Settings of a server block that plugins without queries of their own decide. */
export interface BlockSettings {
  /** Addresses or interface names to listen on; empty for all addresses (`bind`). */
  listenOn: string[];
  /** Of those, the ones to leave out. */
  listenExcept: string[];
  /** Folder that relative paths start from (`root`). */
  root: string;
  /** Whether debug messages are logged (`debug`). */
  debug: boolean;
  /**
   * Names whose queries have metadata; an empty list for all of the block's, undefined for none
   * (`metadata`).
   */
  metadataZones?: readonly Name[];
  /** The most octets over UDP that clients and upstreams are told of, and clients get (`bufsize`). */
  maxUdpOctets?: number;
  /** Name of the block's view, for the label `view` of metrics (`view`). */
  view?: string;
  /** How UDP is served (`transport`, `multisocket`). */
  udp?: ConfiguredUdp;
  /** Limits of connections (`timeouts`). */
  tcp?: ConfiguredTcp;
}

/** What an instance may know of the house around it. */
export interface PluginContext {
  /** The directive it was made from, for messages. */
  readonly directive: Directive;
  /** Zones of the server block, as written above it. */
  readonly zones: readonly Name[];
  readonly keys: readonly ServerKey[];
  /** Names of all plugins of the server block, in their order. */
  readonly plugins: readonly string[];
  readonly settings: Readonly<BlockSettings>;
  /** The `server` label of CoreDNS's metrics for a query of this block: `dns://:53`. */
  readonly serverLabel: string;
  /**
   * A value that some plugin of the block knows of a query: `geoip/country/code`. A label that
   * none provides is an error of the Corefile at this word.
   */
  metadata(label: string, at: Token): Metadata;
  /** The same for a label that only the query says; "" if nobody provides it. */
  findMetadata(label: string, query: Query): string;
  /** Whether somebody asks for what this instance could provide; known once queries come. */
  isMetadataAsked(label: string): boolean;
  /** What follows a family's name in labels that somebody asks for: of `client/labels/app` the `app`. */
  metadataAskedOf(family: string): ReadonlySet<string>;
  /** What the block's instances offer, in the plugins' order; complete from `connect` on. */
  offered<T>(capability: Capability<T>): readonly Offered<T>[];
  /** Prefixes messages with `plugin/<name>: `. */
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly host: ServerHost;
}

/** The running server, as far as plugins may ask things of it. */
export interface ServerHost {
  readonly http: HttpEndpoints;
  /** Files that the configuration was read from, and a digest of their contents. */
  readonly corefile: { readonly files: readonly string[]; readonly digest: string };
  /** Whether the sockets for queries are open, and this configuration is behind them. */
  isServing(): boolean;
  /** Resolves a question through the whole server, as if the query's client had asked it. */
  resolve(query: Query): Result;
  /** All instances of the running configuration. */
  instances(): readonly NamedInstance[];
  /** Reads the Corefile again. Resolves when it serves; rejects if it was refused. */
  reload(): Promise<void>;
  /** Ends the process with exit code 1: for what cannot be served with, as a forwarding loop. */
  fatal(message: string): void;
}

export interface NamedInstance {
  readonly plugin: string;
  readonly instance: Instance;
}

/** Carries the type of the options from `parse` to `create`. */
export function definePlugin<Options>(plugin: Plugin<Options>): AnyPlugin {
  return plugin;
}

/** A plugin in the list, where options are nobody's business but its own. */
export type AnyPlugin = Plugin<unknown>;
