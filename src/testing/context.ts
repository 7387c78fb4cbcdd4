import type { LoggerOptions } from "pino";
import { pino } from "pino";
import { parseCorefile } from "../corefile/corefile.ts";
import type { Directive } from "../corefile/directive.ts";
import type { ServerBlock } from "../corefile/server-block.ts";
import { Rcode } from "../dns/iana/rcode.ts";
import { Name } from "../dns/name.ts";
import { HttpEndpoints } from "../http/http-endpoints.ts";
import type { Logger } from "../observe/log.ts";
import { Metrics } from "../observe/metrics.ts";
import type { Offer } from "../server/contract/capability.ts";
import type { MetadataTable } from "../server/contract/metadata.ts";
import type { BlockSettings, PluginContext, ServerHost } from "../server/contract/plugin.ts";
import { Reply } from "../server/contract/reply.ts";

export interface TestContextOptions {
  /** The plugin's directive as in a Corefile, `whoami` by default. */
  readonly directive?: string;
  /** Zones of the server block, the root by default. */
  readonly zones?: readonly string[];
  readonly settings?: Partial<BlockSettings>;
  readonly host?: Partial<ServerHost>;
  /** Silent by default; see {@link recordingLog}. */
  readonly log?: Logger;
  readonly metrics?: Metrics;
  /** What plugins of the block provide. */
  readonly metadata?: MetadataTable;
  /** What instances of the block offer, by plugin. */
  readonly offers?: Readonly<Record<string, readonly Offer[]>>;
}

/**
 * A context for `create`. Its host resolves everything to SERVFAIL, refuses to reload, and
 * throws on `fatal`, unless `host` says otherwise.
 */
export function testContext(options: TestContextOptions = {}): PluginContext {
  const zones = options.zones ?? ["."];
  const block = testBlock(options.directive ?? "whoami", zones);
  return {
    directive: firstDirective(block),
    zones: zones.map((zone) => Name.parse(zone)),
    keys: block.keys,
    plugins: block.directives.map(({ name }) => name.text),
    settings: { listenOn: [], listenExcept: [], root: "", debug: false, ...options.settings },
    serverLabel: "dns://:53",
    metadata: (label) => (query) => options.metadata?.[label]?.(query, "") ?? "",
    findMetadata: (label, query) => options.metadata?.[label]?.(query, "") ?? "",
    isMetadataAsked: (label) => options.metadata?.[label] !== undefined,
    metadataAskedOf: (family) => {
      const labels = Object.keys(options.metadata ?? {}).filter((one) => one.startsWith(family));
      return new Set(labels.map((label) => label.slice(family.length)));
    },
    offered: (capability) =>
      Object.entries(options.offers ?? {}).flatMap(([plugin, offers]) =>
        capability.among(offers).map((value) => ({ plugin, value })),
      ),
    log: options.log ?? silentLog(),
    metrics: options.metrics ?? new Metrics(),
    host: { ...testHost(), ...options.host },
  };
}

/** The first directive of a server block with this text inside: for a plugin's `parse`. */
export function testDirective(text: string): Directive {
  return firstDirective(testBlock(text, ["."]));
}

function testBlock(body: string, zones: readonly string[]): ServerBlock {
  const [block] = parseCorefile(`${zones.join(" ")} {\n${body}\n}\n`, "Corefile");
  if (!block) throw new TypeError("Cannot make context: Corefile without server block");
  return block;
}

function firstDirective(block: ServerBlock): Directive {
  const [directive] = block.directives;
  if (!directive) throw new TypeError("Cannot make context: server block without directive");
  return directive;
}

function testHost(): ServerHost {
  return {
    http: new HttpEndpoints(),
    corefile: { files: [], digest: "" },
    isServing: () => true,
    resolve: () => new Reply(Rcode.SERVFAIL),
    instances: () => [],
    reload: () => Promise.reject(new Error("Cannot reload: this is a test")),
    fatal(message): void {
      throw new Error(message);
    },
  };
}

/** A logger that says nothing. */
export function silentLog(): Logger {
  return pino({ level: "silent" });
}

/** A logger that keeps its lines: `warn: message`. */
export function recordingLog(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const options: LoggerOptions = { level: "debug", base: null };
  const stream = {
    write(json: string): void {
      const [, level = "", message = ""] =
        /"level":(\d+).*"msg":("(?:\\.|[^"\\])*")/.exec(json) ?? [];
      lines.push(`${pino.levels.labels[Number(level)] ?? level}: ${String(JSON.parse(message))}`);
    },
  };
  return { log: pino(options, stream), lines };
}
