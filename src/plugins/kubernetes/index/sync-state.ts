import type { EdnsOption } from "../../../dns/edns.ts";
import { extendedErrorOption } from "../../../dns/edns.ts";
import { ExtendedErrorCode } from "../../../dns/iana/extended-error.ts";
import type { Kind } from "../../../kube/cluster-source.ts";
import { formatTime } from "../../../kube/snapshot/format.ts";
import type { ClusterZone } from "../records/cluster-zone.ts";

/** Only zones of the cluster set show ServiceImports, which many clusters know nothing of. */
type ShownZone = Pick<ClusterZone, "isMulticluster">;

/**
 * How far a cluster has been told of, kind by kind: not at all, from a snapshot of earlier, or
 * in full. What is there may be told of in the last two cases; only in full may a name be denied.
 */
export class SyncState {
  readonly kinds: readonly Kind[];
  /** Kinds that have been told of neither in full nor from a snapshot. */
  readonly unknown: ReadonlySet<Kind>;
  /** When what is served was so, Unix time in milliseconds; undefined if that is now. */
  savedAtMs: number | undefined;
  /** What replies say that may be out of date, without regard to ServiceImports and with it. */
  #staleness: { readonly own?: EdnsOption; readonly all?: EdnsOption } = {};
  readonly #unknown: Set<Kind>;
  readonly #unsynced: Set<Kind>;
  readonly #savedAtMs = new Map<Kind, number>();

  constructor(kinds: readonly Kind[]) {
    this.kinds = kinds;
    this.unknown = this.#unknown = new Set(kinds);
    this.#unsynced = new Set(kinds);
  }

  /** Whether nothing is missing that a zone shows, though it may be out of date. */
  isKnown(zone: ShownZone): boolean {
    return isIrrelevant(this.#unknown, zone);
  }

  /** Whether nothing is missing nor out of date that a zone shows. */
  isSynced(zone: ShownZone): boolean {
    return isIrrelevant(this.#unsynced, zone);
  }

  /** For replies that may be out of date, an Extended DNS Error (RFC 8914 §4.4); else undefined. */
  stalenessOf({ isMulticluster }: ShownZone): EdnsOption | undefined {
    return isMulticluster ? this.#staleness.all : this.#staleness.own;
  }

  hasSynced(kind: Kind): boolean {
    return !this.#unsynced.has(kind);
  }

  /** @returns whether that is news. */
  restored(kind: Kind, savedAtMs: number): boolean {
    if (!this.#unsynced.has(kind)) return false;
    this.#unknown.delete(kind);
    this.#savedAtMs.set(kind, savedAtMs);
    this.#update();
    return true;
  }

  /** @returns whether that is news. */
  synced(kind: Kind): boolean {
    this.#unknown.delete(kind);
    this.#savedAtMs.delete(kind);
    this.#update();
    return this.#unsynced.delete(kind);
  }

  #update(): void {
    // One snapshot has all kinds, so there is but one time.
    [this.savedAtMs] = this.#savedAtMs.values();
    if (this.savedAtMs === undefined) this.#staleness = {};
    else {
      const all = staleAnswer(this.savedAtMs);
      const concernsAll = [...this.#savedAtMs.keys()].some((kind) => kind !== "ServiceImport");
      this.#staleness = concernsAll ? { own: all, all } : { all };
    }
  }
}

function isIrrelevant(kinds: ReadonlySet<Kind>, { isMulticluster }: ShownZone): boolean {
  return kinds.size === 0 || (!isMulticluster && kinds.size === 1 && kinds.has("ServiceImport"));
}

function staleAnswer(savedAtMs: number): EdnsOption {
  const text = `snapshot of ${formatTime(savedAtMs)}`;
  return extendedErrorOption(ExtendedErrorCode.STALE_ANSWER, text);
}
