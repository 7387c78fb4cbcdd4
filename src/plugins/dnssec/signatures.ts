import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { signRrset, signRrsetAside } from "../../zone/dnssec/rrset-signature.ts";
import { TooManyWaiting } from "../../server/pipeline/waiting-queries.ts";
import type { SigningKey } from "../../zone/dnssec/signing-key.ts";
import { keyAlgorithm } from "../../zone/dnssec/algorithms.ts";
import type { DnssecMetrics } from "./metrics.ts";
import type { Period } from "./signature-period.ts";
import { isUsable, newPeriod } from "./signature-period.ts";
import { SigningQueue } from "./signing-queue.ts";
import { SigningTurns } from "./signing-turns.ts";

/** Records of one owner, class and type, and the zone that they are in. */
export interface UnsignedRrset {
  readonly records: readonly [ResourceRecord, ...ResourceRecord[]];
  readonly signer: Name;
}

/** RRSIG records, one of each key. */
export type Signatures = readonly ResourceRecord[];

interface Entry {
  readonly signatures: Signatures;
  readonly period: Period;
}

/** Beyond that a hash takes the place of the records in the key of an entry. */
const MAX_KEY_OCTETS = 512;

/**
 * Signatures of RRsets: kept, or made once for all who ask for the same at the same time. Those that are quickly made are made here, others
 * in the thread pool. Denials have room of their own, so that no flood of them pushes out the signatures of what there is.
 */
export class SignatureStore {
  readonly #keys: readonly SigningKey[];
  /** Those that sign DNSKEY records, and those that sign all else; the same if there are not both kinds. */
  readonly #keySigning: readonly SigningKey[];
  readonly #zoneSigning: readonly SigningKey[];
  readonly #records: LRUCache<string, Entry>;
  readonly #denials: LRUCache<string, Entry>;
  readonly #underWay = new Map<string, Promise<Signatures>>();
  readonly #queue = new SigningQueue();
  readonly #turns = new SigningTurns();
  readonly #metrics: DnssecMetrics;

  /** @param capacity in RRsets */
  constructor(keys: readonly SigningKey[], capacity: number, metrics: DnssecMetrics) {
    this.#keys = keys;
    const [sep, others] = [keys.filter(({ isSep }) => isSep), keys.filter(({ isSep }) => !isSep)];
    const isSplit = sep.length > 0 && others.length > 0;
    this.#keySigning = isSplit ? sep : keys;
    this.#zoneSigning = isSplit ? others : keys;
    this.#records = new LRUCache({ max: capacity });
    this.#denials = new LRUCache({ max: capacity });
    this.#metrics = metrics;
  }

  /**
   * @param mayWait see `Query.mayWait`
   * @returns a promise only if they have to wait for their turn, or for another thread
   * @throws {TooManyWaiting}
   */
  of(rrset: UnsignedRrset, mayWait: boolean): Signatures | Promise<Signatures> {
    const [first] = rrset.records;
    const isDenial = first.type === RrType.NSEC;
    const cache = isDenial ? this.#denials : this.#records;
    const key = keyOf(rrset);
    const entry = cache.get(key);
    if (entry && isUsable(entry.period)) {
      this.#metrics.hits.value++;
      return withOwner(entry.signatures, first.owner);
    }
    this.#metrics.misses.value++;
    const keys = first.type === RrType.DNSKEY ? this.#keySigning : this.#zoneSigning;
    const isQuick = keys.every(isQuickKey);
    const keep = (made: Entry): Signatures => this.#keep(key, cache, made);
    if (isQuick && this.#turns.takeRoom(isDenial)) return keep(signHere(rrset, keys));
    const room = isQuick ? this.#turns : this.#queue;
    if (!mayWait || !room.hasRoomFor(isDenial)) throw new TooManyWaiting();
    let made = this.#underWay.get(key);
    if (!made) {
      const entry = isQuick
        ? this.#turns.later(() => signHere(rrset, keys), isDenial)
        : this.#signAside(rrset, keys, isDenial);
      made = entry.then(keep).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, made);
    }
    return made.then((signatures) => withOwner(signatures, first.owner));
  }

  /** Whether there is such a key. */
  knows(tag: number, algorithm: number): boolean {
    return this.#keys.some((key) => key.tag === tag && key.algorithm === algorithm);
  }

  async #signAside(
    { records, signer }: UnsignedRrset,
    keys: readonly SigningKey[],
    isDenial: boolean,
  ): Promise<Entry> {
    const period = newPeriod();
    const signatures = await Promise.all(
      keys.map((one) =>
        this.#queue.run(() => signRrsetAside(one, records, { signer, ...period }), isDenial),
      ),
    );
    return { signatures, period };
  }

  #keep(key: string, cache: LRUCache<string, Entry>, made: Entry): Signatures {
    cache.set(key, made);
    this.#metrics.entries.value = this.#records.size + this.#denials.size;
    return made.signatures;
  }
}

function isQuickKey({ algorithm }: SigningKey): boolean {
  return keyAlgorithm(algorithm)?.isQuick === true;
}

function signHere({ records, signer }: UnsignedRrset, keys: readonly SigningKey[]): Entry {
  const period = newPeriod();
  const { inception, expiration } = period;
  const terms = { signer, inception, expiration };
  return { signatures: keys.map((one) => signRrset(one, records, terms)), period };
}

/** As this client writes it. */
function withOwner(signatures: Signatures, owner: Name): Signatures {
  if (signatures[0]?.owner.wire === owner.wire) return signatures;
  return signatures.map((record) => record.withOwner(owner));
}

/** All that is signed. */
function keyOf({ records, signer }: UnsignedRrset): string {
  const [{ owner, type, class: rrClass, ttlSeconds }] = records;
  const texts = records.map(({ rdata }) => `${rdata.length}:${rdata.toString("latin1")}`);
  const rdata = texts.length === 1 ? (texts[0] ?? "") : texts.sort().join("");
  const key = `${type} ${rrClass} ${ttlSeconds} ${signer.key}${owner.key}${rdata}`;
  if (key.length <= MAX_KEY_OCTETS) return key;
  return createHash("sha256").update(key, "latin1").digest("base64");
}
