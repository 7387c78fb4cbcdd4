import { reasonOf } from "../../corefile/corefile-error.ts";
import type { Name } from "../../dns/name.ts";
import type { EtcdClient, KeyValue } from "./etcd-client.ts";
import type { Keys } from "./keys.ts";
import type { Service } from "./service.ts";
import { groupServices, parseService } from "./service.ts";

/** What etcd has under a key can be no record. */
export class BadValueError extends Error {
  override readonly name = "BadValueError";
}

export interface LookupParts {
  readonly client: EtcdClient;
  readonly keys: Keys;
  readonly minLeaseTtlSeconds: number;
  readonly maxLeaseTtlSeconds: number;
  /** Is told of each value that cannot be read. */
  ignore(key: string, reason: string): void;
}

/** Names in etcd may stand for names, each of several ones: what a query may cost has to end. */
const MAX_LOOKUPS = 100;
const DEFAULT_TTL_SECONDS = 300;

/** Looks names up in etcd, for one query. */
export class ServiceLookup {
  readonly #parts: LookupParts;
  readonly #signal: AbortSignal;
  readonly #leases = new Map<string, Promise<number>>();
  #count = 0;

  /** @param signal ends it */
  constructor(parts: LookupParts, signal: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
  }

  /**
   * The services of a name: those below its key, or else the one under it.
   * @param isText whether one that has but a text counts
   * @returns undefined if there is no such name
   */
  services(name: Name, isText = false): Promise<readonly Service[] | undefined> {
    return this.#services(name, isText, (key) => this.#below(key));
  }

  /** The service under exactly this name's key. */
  service(name: Name): Promise<readonly Service[] | undefined> {
    const { client } = this.#parts;
    return this.#services(name, false, (key) => client.range(key, false, this.#signal));
  }

  async #services(
    name: Name,
    isText: boolean,
    find: (key: string) => Promise<KeyValue[]>,
  ): Promise<readonly Service[] | undefined> {
    if (++this.#count > MAX_LOOKUPS) {
      throw new BadValueError(`the names lead to over ${MAX_LOOKUPS} others`);
    }
    const { keys } = this.#parts;
    const wildcard = keys.wildcard(name);
    const found = await find(wildcard?.key ?? keys.keyOf(name));
    if (found.length === 0) return undefined;
    const matching = wildcard ? found.filter(({ key }) => wildcard.matches(key)) : found;
    const services = await Promise.all(this.#read(matching, isText));
    return groupServices(services);
  }

  async #below(key: string): Promise<KeyValue[]> {
    const { client } = this.#parts;
    const prefix = key.endsWith("/") ? key : `${key}/`;
    const found = await client.range(prefix, true, this.#signal);
    return found.length > 0 ? found : client.range(key, false, this.#signal);
  }

  #read(found: readonly KeyValue[], isText: boolean): Promise<Service>[] {
    let isBad = false;
    const services = found.flatMap((pair) => {
      try {
        return [{ pair, service: parseService(pair.key, pair.value) }];
      } catch (error) {
        isBad = true;
        this.#parts.ignore(pair.key, reasonOf(error));
        return [];
      }
    });
    // Nobody may take the absence of what cannot be read for the absence of records.
    if (isBad && services.length === 0) throw new BadValueError("no value of the name can be read");
    return services
      .filter(({ service }) => service.host !== "" || (isText && service.text !== ""))
      .map(async ({ pair, service }) => ({
        ...service,
        ttlSeconds: await this.#ttl(pair, service),
      }));
  }

  /** The lower one of the service's own and of what the lease has left, within its bounds. */
  async #ttl({ lease }: KeyValue, { ttlSeconds }: Service): Promise<number> {
    const left = lease === "0" ? 0 : await this.#leaseTtl(lease);
    if (left <= 0) return ttlSeconds || DEFAULT_TTL_SECONDS;
    const { minLeaseTtlSeconds: min, maxLeaseTtlSeconds: max } = this.#parts;
    const bounded = left < min ? min : Math.min(left, max);
    return ttlSeconds === 0 ? bounded : Math.min(bounded, ttlSeconds);
  }

  #leaseTtl(lease: string): Promise<number> {
    const known = this.#leases.get(lease);
    if (known) return known;
    const ttl = this.#parts.client.leaseTtl(lease, this.#signal);
    this.#leases.set(lease, ttl);
    return ttl;
  }
}
