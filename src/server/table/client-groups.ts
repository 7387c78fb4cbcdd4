import { parseIpv4, parseIpv6 } from "../../dns/rdata/ip-address.ts";
import type { Afterwards, Dependent, State } from "../contract/state.ts";
import type { Membership } from "../contract/validity.ts";
import {
  CLIENTS_AT,
  CLIENTS_KNOWN_AT,
  CLIENT_BUCKETS,
  CLIENT_WAYS,
  CLIENT_WORDS,
  SEED_AT,
} from "./layout.ts";

/** Third word of an IPv4 address as an IPv6 one (RFC 4291 §2.5.5.2), as the machine reads it. */
const IPV4_MAPPED = -65_536;
const GROUP = 4;
/** More groups than that are none: there may be no end to them. */
const MAX_GROUPS = 1 << 16;

/** Writes an address as four words into `to`. @returns false if it is none */
export function readAddress(text: string, to: Int32Array): boolean {
  const isIpv6 = text.includes(":");
  const octets = isIpv6 ? parseIpv6(text) : parseIpv4(text);
  if (!octets) return false;
  if (isIpv6) for (let i = 0; i < 4; i++) to[i] = octets.readInt32LE(i * 4);
  else setIpv4(octets.readInt32LE(0), to);
  return true;
}

/** Writes an IPv4 address, given as the machine reads its octets, as four words into `to`. */
export function setIpv4(word: number, to: Int32Array): void {
  to[0] = 0;
  to[1] = 0;
  to[2] = IPV4_MAPPED;
  to[3] = word;
}

/** The group of a client, for readers on all threads; 0 if nothing is known of it. */
export function findGroup(words: Int32Array, address: Int32Array): number {
  const bucket = bucketOf(words, address);
  for (let way = 0; way < CLIENT_WAYS; way++) {
    const at = bucket + way * CLIENT_WORDS;
    // As long as it is not 0 nobody writes the address; and who takes it away waits for this batch.
    const group = Atomics.load(words, at + GROUP);
    if (group !== 0 && hasAddress(words, at, address)) return group;
  }
  return 0;
}

function hasAddress(words: Int32Array, at: number, address: Int32Array): boolean {
  return (
    words[at + 3] === address[3] &&
    words[at + 2] === address[2] &&
    words[at + 1] === address[1] &&
    words[at] === address[0]
  );
}

function bucketOf(words: Int32Array, address: Int32Array): number {
  let hash = words[SEED_AT] as number;
  for (let i = 0; i < 4; i++) {
    hash = Math.imul(hash ^ (address[i] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return CLIENTS_AT + (hash & (CLIENT_BUCKETS - 1)) * CLIENT_WAYS * CLIENT_WORDS;
}

/** A client that readers know, until it leaves its group. */
class KnownClient implements Dependent {
  readonly address: string;
  readonly group: number;
  /** Where in the table's memory. */
  readonly at: number;
  readonly #state: State;
  readonly #onEnd: (client: KnownClient) => Afterwards;

  constructor(
    parts: Pick<KnownClient, "address" | "group" | "at">,
    state: State,
    onEnd: (client: KnownClient) => Afterwards,
  ) {
    this.address = parts.address;
    this.group = parts.group;
    this.at = parts.at;
    this.#state = state;
    this.#onEnd = onEnd;
    state.add(this);
  }

  dependNoMore(): void {
    this.#state.delete(this);
  }

  stateEnded(afterwards: Set<Afterwards>): void {
    afterwards.add(this.#onEnd(this));
  }
}

/**
 * Which clients are in which group, for replies that are the same for a group only. It learns that
 * from such replies: a client whose question the chain has answered is known until it leaves the group.
 * Where there is no room for one more, the chain goes on answering it.
 */
export class ClientGroups {
  readonly #words: Int32Array;
  readonly #afterwards: Afterwards;
  readonly #numbers = new Map<object, number>();
  readonly #known = new Map<string, KnownClient>();
  /** Places in use, also by those whom a reader may still have. */
  readonly #taken = new Set<number>();
  #leaving: KnownClient[] = [];
  readonly #address = new Int32Array(4);
  #last = 0;

  /** @param afterwards is to wait for the readers, and to call `release` then */
  constructor(words: Int32Array, afterwards: Afterwards) {
    this.#words = words;
    this.#afterwards = afterwards;
  }

  /** Whether no client is known: nobody's address need be looked at. */
  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  /** The number of a client's group, by which readers find what is kept for it; 0 if it is not known. */
  numberOf(address: string): number {
    return this.#known.get(address)?.group ?? 0;
  }

  /** As `numberOf`; makes the client known. 0 if it cannot be, or is known to be in another group. */
  admit(address: string, { group, state }: Membership): number {
    const number = this.#numberOf(group);
    const known = this.#known.get(address);
    if (known) return known.group === number ? number : 0;
    if (number === 0 || !state.isCurrent || !readAddress(address, this.#address)) return 0;
    const at = this.#findPlace();
    if (at === 0) return 0;
    this.#words.set(this.#address, at);
    Atomics.store(this.#words, at + GROUP, number);
    this.#taken.add(at);
    this.#known.set(address, new KnownClient({ address, group: number, at }, state, this.#drop));
    this.#tell();
    return number;
  }

  /** Knows nobody any more; to be followed by waiting for the readers, and `release`. */
  clear(): void {
    for (const client of this.#known.values()) {
      client.dependNoMore();
      this.#drop(client);
    }
    // The numbers go on, so that what was kept for a group of before is found by nobody.
    this.#numbers.clear();
  }

  /** No reader has those any more that were dropped. */
  release(): void {
    if (this.#leaving.length === 0) return;
    for (const { at } of this.#leaving) this.#taken.delete(at);
    this.#leaving = [];
  }

  readonly #drop = (client: KnownClient): Afterwards => {
    Atomics.store(this.#words, client.at + GROUP, 0);
    this.#known.delete(client.address);
    this.#leaving.push(client);
    this.#tell();
    return this.#afterwards;
  };

  #tell(): void {
    Atomics.store(this.#words, CLIENTS_KNOWN_AT, this.#known.size);
  }

  #numberOf(group: object): number {
    const known = this.#numbers.get(group);
    if (known !== undefined) return known;
    if (this.#numbers.size >= MAX_GROUPS) return 0;
    this.#numbers.set(group, ++this.#last);
    return this.#last;
  }

  #findPlace(): number {
    const bucket = bucketOf(this.#words, this.#address);
    for (let way = 0; way < CLIENT_WAYS; way++) {
      const at = bucket + way * CLIENT_WORDS;
      if (!this.#taken.has(at)) return at;
    }
    return 0;
  }
}
