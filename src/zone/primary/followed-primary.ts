import { guard, reportFault } from "../../observe/faults.ts";
import type { Logger } from "../../observe/log.ts";
import { hostPort } from "../../net/host-port.ts";
import { RandomInts } from "../../upstream/random-ints.ts";
import { isLaterSerial } from "../serial.ts";
import type { Zone } from "../zone.ts";
import type { ZoneData } from "../zone-data.ts";
import { Elapsed } from "./elapsed.ts";
import type { Accept } from "./incoming-versions.ts";
import { IncomingVersions } from "./incoming-versions.ts";
import { Pause } from "./pause.ts";
import { refreshTimes } from "./refresh-times.ts";
import type { RequestSlots } from "./request-slots.ts";
import type { PrimaryServer } from "./signing.ts";
import { askSerial } from "./soa-query.ts";
import { transfer, transferWhole } from "./transfer.ts";
import { TransferError } from "./transfer-error.ts";

/** Before the first version, as in CoreDNS: pauses double up to the second one. */
const FIRST_PAUSE_MS = 250;
const MAX_FIRST_PAUSE_MS = 10_000;
/** At random on top of what the zone says, so that secondaries do not come together; as in CoreDNS. */
const REFRESH_JITTER_MS = 5_000;
const RETRY_JITTER_MS = 2_000;
/** However many NOTIFY messages come. */
const NOTIFY_PAUSE_MS = 1_000;

const random = new RandomInts();

export interface PrimaryOptions {
  /** Asked in this order until one answers. */
  readonly servers: readonly PrimaryServer[];
  readonly queries: RequestSlots;
  readonly transfers: RequestSlots;
  readonly accept?: Accept | undefined;
  /** A time below the one that is given; at random if left out. */
  readonly jitter?: (belowMs: number) => number;
}

/**
 * Keeps a zone as its primaries have it (RFC 1034 §4.3.5): looks for a newer version when its SOA record says so or a NOTIFY comes, and
 * withdraws it when none has confirmed it for too long. What cannot be had changes nothing.
 */
export class FollowedPrimary {
  readonly #zone: Zone;
  readonly #options: PrimaryOptions;
  readonly #log: Logger;
  readonly #incoming: IncomingVersions;
  readonly #jitter: (belowMs: number) => number;
  readonly #pause = new Pause();
  readonly #stop = new AbortController();
  readonly #troubles = new Map<PrimaryServer, string>();
  readonly #firstLook = Promise.withResolvers<void>();
  #isNotified = false;
  #notifier: string | undefined;
  /** Since the last time a primary had this version or gave us one. */
  #confirmed: Elapsed | undefined;
  #failures = 0;
  /** The version that has expired: it is good again if a primary has it still. */
  #expired: { readonly data: ZoneData; readonly serial: number } | undefined;

  constructor(zone: Zone, options: PrimaryOptions, log: Logger) {
    this.#zone = zone;
    this.#options = options;
    this.#log = log;
    this.#jitter = options.jitter ?? ((belowMs) => random.below(belowMs));
    this.#incoming = new IncomingVersions(zone, options.accept, this.#stop.signal);
    if (zone.data) this.#confirmed = new Elapsed();
  }

  /** Resolves when the primaries have been asked once, whatever came of it. */
  get firstLook(): Promise<void> {
    return this.#firstLook.promise;
  }

  start(): void {
    guard("secondary zone", () => this.#run())();
  }

  stop(): void {
    this.#stop.abort();
    this.#pause.end();
    this.#firstLook.resolve();
  }

  hasPrimary(address: string): boolean {
    return this.#options.servers.some((server) => server.address === address);
  }

  /** Somebody who may has said that there could be another version (RFC 1996): looks at once, but not too often. */
  notify(address: string): void {
    this.#isNotified = true;
    this.#notifier = address;
    this.#pause.end();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (this.#isOverdue && this.#failures > 0) this.#expire();
      this.#isNotified = false;
      const isGood = await this.#look();
      this.#firstLook.resolve();
      if (this.#stop.signal.aborted) return;
      this.#failures = isGood ? 0 : this.#failures + 1;
      if (!isGood && this.#isOverdue) this.#expire();
      await this.#wait();
    }
  }

  async #wait(): Promise<void> {
    const since = new Elapsed();
    if (!this.#isNotified) await this.#pause.until(since, this.#pauseMs());
    if (this.#isNotified && !this.#stop.signal.aborted)
      await this.#pause.until(since, NOTIFY_PAUSE_MS);
  }

  #pauseMs(): number {
    const { soa } = this.#zone;
    if (!soa || !this.#confirmed) {
      const doubled = FIRST_PAUSE_MS * 2 ** Math.min(this.#failures - 1, 10);
      return Math.min(doubled, MAX_FIRST_PAUSE_MS);
    }
    const { refreshMs, retryMs, expireMs } = refreshTimes(soa);
    if (this.#failures === 0) return refreshMs + this.#jitter(REFRESH_JITTER_MS);
    const retry = retryMs + this.#jitter(RETRY_JITTER_MS);
    return Math.min(retry, Math.max(expireMs - this.#confirmed.ms, 0));
  }

  get #isOverdue(): boolean {
    const { soa } = this.#zone;
    return soa !== undefined && (this.#confirmed?.ms ?? 0) >= refreshTimes(soa).expireMs;
  }

  #expire(): void {
    const { data, serial } = this.#zone;
    if (!data || serial === undefined) return;
    this.#expired = { data, serial };
    this.#zone.expire();
    const name = this.#zone.origin.toString();
    this.#log.error(
      `Zone "${name}" has expired, serial ${serial}: no primary has confirmed it for as long as its SOA record allows; its names are SERVFAIL until one does`,
    );
  }

  /** Asks the primaries in turn; @returns whether one has confirmed or given what is served now */
  async #look(): Promise<boolean> {
    for (const server of this.#inTurn()) {
      if (this.#stop.signal.aborted) return false;
      try {
        await this.#lookAt(server);
        this.#confirmed = new Elapsed();
        this.#troubles.clear();
        return true;
      } catch (error) {
        this.#tell(server, error);
      }
    }
    return false;
  }

  /** Who has said that there is something new is asked first. */
  #inTurn(): readonly PrimaryServer[] {
    const { servers } = this.#options;
    const notifier = servers.filter(({ address }) => address === this.#notifier);
    this.#notifier = undefined;
    return [...notifier, ...servers.filter((server) => !notifier.includes(server))];
  }

  async #lookAt(server: PrimaryServer): Promise<void> {
    const { queries, transfers } = this.#options;
    const { serial: ours = this.#expired?.serial, origin, data } = this.#zone;
    if (ours !== undefined) {
      const theirs = await queries.run(() => askSerial(origin, server, this.#stop.signal));
      if (theirs === ours) return this.#revive(server);
      if (data && !isLaterSerial(theirs, ours))
        throw new TransferError(`its serial number ${theirs} is older than ours, ${ours}`);
    }
    await transfers.run(() => this.#transfer(server));
  }

  async #transfer(server: PrimaryServer): Promise<void> {
    const { origin, soa, serial } = this.#zone;
    const { signal } = this.#stop;
    const ours = soa && serial !== undefined ? { soa, serial } : undefined;
    const since = new Elapsed();
    let transferred = await transfer(origin, ours, server, signal);
    if (transferred.kind === "current") return;
    try {
      await this.#incoming.take(transferred);
    } catch (error) {
      if (!(error instanceof TransferError && error.isOfDifferences)) throw error;
      transferred = await transferWhole(origin, ours, server, signal);
      if (transferred.kind === "current") return;
      await this.#incoming.take(transferred);
    }
    this.#expired = undefined;
    const how = transferred.kind === "whole" ? "the whole zone" : "differences";
    const { serial: now, data } = this.#zone;
    this.#log.info(
      `Transferred zone "${origin.toString()}" from ${placeOf(server)}: serial ${now}, ${data?.records} records, ${how} in ${Math.round(since.ms)} ms`,
    );
  }

  #revive(server: PrimaryServer): void {
    const expired = this.#expired;
    if (!expired) return;
    this.#expired = undefined;
    this.#zone.replace(expired.data);
    this.#log.info(
      `Zone "${this.#zone.origin.toString()}" is served again: ${placeOf(server)} has serial ${expired.serial} still`,
    );
  }

  /** Each trouble is told once, until there is another one or none. */
  #tell(server: PrimaryServer, error: unknown): void {
    if (this.#stop.signal.aborted) return;
    if (!(error instanceof TransferError)) reportFault("transfer of a zone", error);
    const trouble = error instanceof Error ? error.message : String(error);
    if (this.#troubles.get(server) === trouble) return;
    this.#troubles.set(server, trouble);
    const name = this.#zone.origin.toString();
    this.#log.warn(`Cannot transfer zone "${name}" from ${placeOf(server)}: ${trouble}`);
  }
}

function placeOf({ address, port }: PrimaryServer): string {
  return hostPort(address, port);
}
