import { reasonOf } from "../../corefile/corefile-error.ts";
import { soaRecord } from "../../cluster/soa-record.ts";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { configPath } from "../../server/config-path.ts";
import { passOn } from "../../server/contract/pass-on.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Outcome, Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";
import { Answers } from "./answers.ts";
import { EtcdClient, EtcdError, inTime } from "./etcd-client.ts";
import { Keys } from "./keys.ts";
import type { EtcdMetrics } from "./metrics.ts";
import { etcdMetrics } from "./metrics.ts";
import { endpointUrls, readTls } from "./open-client.ts";
import type { EtcdOptions } from "./parse.ts";
import { JsonPoster } from "./post-json.ts";
import type { LookupParts } from "./service-lookup.ts";
import { BadValueError, ServiceLookup } from "./service-lookup.ts";
import { Trouble } from "./trouble.ts";

const QUERY_MS = 5_000;
/** So that an etcd that hangs cannot use up the memory. */
const MAX_QUERIES = 1_000;
const SOA_TTL_SECONDS = 30;

/** Answers from etcd, where SkyDNS's records are. */
export class Etcd implements Instance {
  readonly isCommonOnly = true;
  readonly passable = true;
  readonly #options: EtcdOptions;
  readonly #context: PluginContext;
  /** The longest ones first. */
  readonly #zones: readonly Name[];
  readonly #keys: Keys;
  readonly #metrics: EtcdMetrics;
  readonly #trouble: Trouble;
  #poster: JsonPoster | undefined;
  #lookup: LookupParts | undefined;
  #asking = 0;

  constructor(options: EtcdOptions, context: PluginContext) {
    this.#options = options;
    this.#context = context;
    const zones = options.zones ?? context.zones;
    this.#zones = zones.toSorted((a, b) => b.key.length - a.key.length);
    this.#keys = new Keys(options.path);
    this.#metrics = etcdMetrics(context.metrics);
    this.#trouble = new Trouble(context.log);
  }

  async check(): Promise<void> {
    await readTls(this.#options, this.#pathOf);
  }

  async start(): Promise<void> {
    const options = this.#options;
    const poster = new JsonPoster(await readTls(options, this.#pathOf));
    const onFailure = ({ host }: URL): void => void this.#metrics.failures.with(host).value++;
    const urls = endpointUrls(options);
    const { credentials, minLeaseTtlSeconds, maxLeaseTtlSeconds } = options;
    this.#poster = poster;
    this.#lookup = {
      client: new EtcdClient(urls, credentials, poster, onFailure),
      keys: this.#keys,
      minLeaseTtlSeconds,
      maxLeaseTtlSeconds,
      ignore: (key, reason) => {
        this.#metrics.ignored.value++;
        this.#trouble.ignore(key, reason);
      },
    };
  }

  stop(): void {
    this.#poster?.close();
  }

  serve(query: Query, next: Next): Result {
    const zone = this.#zones.find((one) => query.qname.isWithin(one));
    const lookup = this.#lookup;
    if (!zone || !lookup) return next(query);
    if (query.qtype === RrType.SOA && query.qname.equals(zone)) {
      return Reply.authoritative([soaOf(zone)]).narrow(Validity.once);
    }
    if (this.#asking >= MAX_QUERIES) {
      throw new QueryError(Rcode.SERVFAIL, "Cannot ask etcd: too many queries wait for it", {
        ede: ExtendedErrorCode.NOT_READY,
        explanation: "too many queries wait for etcd",
        reason: "too-many-waiting",
      }).narrow(Validity.once);
    }
    return this.#answer(query, next, zone, lookup);
  }

  async #answer(query: Query, next: Next, zone: Name, lookup: LookupParts): Promise<Outcome> {
    const { hasApexFallback, fallthrough } = this.#options;
    const { found, answers } = await this.#ask(query, (signal) => {
      const { host } = this.#context;
      return new Answers({
        lookup: new ServiceLookup(lookup, signal),
        keys: this.#keys,
        zone,
        hasApexFallback,
        resolve: (question) => host.resolve(question),
      });
    });
    if (!found && query.qname.isWithinAny(fallthrough)) {
      return passOn(query, next, Validity.once);
    }
    // A zone that has nothing exists all the same, and NXDOMAIN would deny all below it (RFC 8020).
    const isThere = found !== undefined || query.qname.equals(zone);
    const reply =
      found && found.length > 0
        ? Reply.authoritative(found)
        : Reply.negative(isThere ? Rcode.NOERROR : Rcode.NXDOMAIN, soaOf(zone));
    reply.additional = answers.additional;
    reply.flags |= answers.flags;
    return reply.narrow(answers.validity);
  }

  async #ask(
    query: Query,
    makeAnswers: (signal: AbortSignal) => Answers,
  ): Promise<{ found: readonly ResourceRecord[] | undefined; answers: Answers }> {
    this.#asking++;
    try {
      const result = await inTime(QUERY_MS, undefined, async (signal) => {
        const answers = makeAnswers(signal);
        return { found: await answers.find(query), answers };
      });
      this.#trouble.back();
      query.trace?.note(result.found ? "etcd has the name" : "etcd does not have the name");
      return result;
    } catch (error) {
      throw this.#failure(error);
    } finally {
      this.#asking--;
    }
  }

  #failure(cause: unknown): unknown {
    const reason = reasonOf(cause);
    if (cause instanceof BadValueError) {
      return new QueryError(Rcode.SERVFAIL, `Cannot use what etcd has: ${reason}`, {
        ede: ExtendedErrorCode.INVALID_DATA,
        explanation: "etcd has no usable record",
        reason: "backend-data",
        cause,
      }).narrow(Validity.once);
    }
    if (!(cause instanceof EtcdError)) return cause;
    this.#trouble.away(reason);
    return new QueryError(Rcode.SERVFAIL, `Cannot ask etcd: ${reason}`, {
      ede: ExtendedErrorCode.NETWORK_ERROR,
      explanation: "etcd cannot be asked",
      reason: "backend-failed",
      cause,
    }).narrow(Validity.once);
  }

  readonly #pathOf = (path: string): string => {
    return configPath(path, this.#context.settings, this.#context.directive);
  };
}

function soaOf(zone: Name): ResourceRecord {
  return soaRecord(zone, Math.floor(Date.now() / 1_000), SOA_TTL_SECONDS);
}
