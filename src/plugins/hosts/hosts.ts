import { extendedErrorOption } from "../../dns/edns.ts";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Instance, Next, PluginContext } from "../../server/plugin.ts";
import type { Query } from "../../server/query.ts";
import type { Result } from "../../server/reply.ts";
import { Reply } from "../../server/reply.ts";
import type { Host } from "./host-table.ts";
import { HostTable } from "./host-table.ts";
import { HostsFile } from "./hosts-file.ts";
import type { HostsOptions } from "./parse.ts";

const NO_RECORDS: readonly ResourceRecord[] = [];
const UNKNOWN_NAME = [extendedErrorOption(ExtendedErrorCode.OTHER, "name not in the hosts file")];

/** Answers from a hosts file and from lines of the Corefile. */
export class Hosts implements Instance {
  readonly #options: HostsOptions;
  readonly #zones: readonly Name[];
  readonly #file: HostsFile;
  #table: HostTable;

  constructor(options: HostsOptions, context: PluginContext) {
    this.#options = options;
    this.#zones = options.zones ?? context.zones;
    const makeTable = (): HostTable => new HostTable({ ...options, zones: this.#zones });
    this.#table = makeTable();
    this.#file = new HostsFile(options, context, makeTable, (table) => {
      this.#table = table;
    });
  }

  start(): Promise<void> {
    return this.#file.start();
  }

  stop(): void {
    this.#file.stop();
  }

  serve(query: Query, next: Next): Result {
    const { qname, qtype } = query;
    // Reverse names need not be in the zones.
    if (qtype === RrType.PTR) {
      const pointers = this.#table.pointers(qname);
      return pointers ? Reply.authoritative(pointers) : next(query);
    }
    if (!qname.isWithinAny(this.#zones)) return next(query);
    const host = this.#table.find(qname);
    if (host) return this.#answer(host, query, next);
    return qname.isWithinAny(this.#options.fallthrough) ? next(query) : unknownName();
  }

  #answer(host: Host, query: Query, next: Next): Result {
    if (query.qtype === RrType.A) return Reply.authoritative(host.a);
    if (query.qtype === RrType.AAAA) return Reply.authoritative(host.aaaa);
    const { fallthroughUnsupported, fallthrough } = this.#options;
    if (fallthroughUnsupported && query.qname.isWithinAny(fallthrough)) return next(query);
    return Reply.authoritative(NO_RECORDS);
  }
}

/** There is no SOA to say NXDOMAIN with, so it is SERVFAIL, as in CoreDNS. */
function unknownName(): Reply {
  const reply = new Reply(Rcode.SERVFAIL);
  reply.options = UNKNOWN_NAME;
  return reply;
}
