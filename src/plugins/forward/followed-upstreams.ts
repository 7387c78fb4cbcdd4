import { reasonOf } from "../../corefile/corefile-error.ts";
import { PolledFile } from "../../files/polled-file.ts";
import { guard } from "../../observe/faults.ts";
import type { Logger } from "../../observe/log.ts";
import type { TlsSettings } from "../../upstream/connector.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import type { BuildContext } from "./open-upstreams.ts";
import { findTargetsIfAny, idOf, makeUpstream } from "./open-upstreams.ts";
import type { ForwardOptions } from "./parse.ts";
import type { Target } from "./target.ts";
import type { UpstreamGroup } from "./upstream-group.ts";

const LOOK_EVERY_MS = 2_000;
/** What is under way to an upstream that is left has so many times its own time to end. */
const GRACE = 2;

export interface FollowedUpstreamsParts {
  readonly options: ForwardOptions;
  readonly around: BuildContext;
  readonly group: Pick<UpstreamGroup, "replace">;
  readonly log: Logger;
  /** Whether an upstream would be this server. */
  readonly isOwn: (target: Target) => boolean;
  /** Whether an upstream forwards to this server. */
  readonly isLoop: (upstream: Upstream) => Promise<boolean>;
}

/**
 * The upstreams of a `forward` as files name them at the moment: a laptop changes its network, and with it its resolv.conf. Those that
 * stay keep their sockets. As long as a file names nobody, those of before are asked.
 */
export class FollowedUpstreams {
  readonly #parts: FollowedUpstreamsParts;
  readonly #files: readonly PolledFile[];
  readonly #timers = new Set<NodeJS.Timeout>();
  #upstreams = new Map<string, Upstream>();
  /** Those that forward to us. */
  readonly #loops = new Set<Upstream>();
  #lastTrouble = "";

  constructor(parts: FollowedUpstreamsParts) {
    this.#parts = parts;
    const paths = parts.options.to
      .filter(({ kind }) => kind === "file")
      .map(({ host }) => parts.around.pathOf(host));
    this.#files = [...new Set(paths)].map((path) => {
      const read = (): Promise<void> => this.#read();
      return new PolledFile(path, LOOK_EVERY_MS, read, (error) => this.#tellAbsence(path, error));
    });
  }

  /** Never rejects: without a network there may be no server to name, or no file. */
  async start(): Promise<void> {
    for (const file of this.#files) {
      await file.start().catch((error: unknown) => this.#tellAbsence(file.path, error));
    }
  }

  stop(): void {
    for (const file of this.#files) file.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    for (const upstream of this.#upstreams.values()) upstream.stop();
  }

  async #read(): Promise<void> {
    const { options, around, isOwn, log } = this.#parts;
    const { targets, tls } = await findTargetsIfAny(options, around);
    const others = targets.filter((target) => !isOwn(target));
    if (others.length === 0) {
      const names = targets.map(({ host }) => host).join(", ");
      const paths = this.#files.map(({ path }) => `"${path}"`).join(", ");
      return this.#tellTrouble(
        targets.length === 0
          ? `${paths} names no server`
          : `no server is named but this one (${names})`,
      );
    }
    this.#lastTrouble = "";
    if (this.#isSame(others)) return;
    const isFirst = this.#upstreams.size === 0;
    this.#replace(others, tls);
    const list = others.map(({ host }) => host).join(", ");
    if (!isFirst) log.info(`Forwarding to other servers from now on: ${list}`);
  }

  #isSame(targets: readonly Target[]): boolean {
    const ids = targets.map(idOf);
    return ids.join() === [...this.#upstreams.keys()].join();
  }

  #replace(targets: readonly Target[], tls: TlsSettings | undefined): void {
    const { options, around, group } = this.#parts;
    const before = this.#upstreams;
    this.#upstreams = new Map(
      targets.map((target) => {
        const id = idOf(target);
        return [id, before.get(id) ?? makeUpstream(target, options, around, tls)];
      }),
    );
    // The way that questions take may be another one with each network.
    this.#loops.clear();
    group.replace([...this.#upstreams.values()]);
    for (const upstream of this.#upstreams.values()) void this.#leaveOutIfLoop(upstream);
    const left = [...before].filter(([id]) => !this.#upstreams.has(id));
    for (const [, upstream] of left) this.#stopLater(upstream);
  }

  async #leaveOutIfLoop(upstream: Upstream): Promise<void> {
    const isLoop = await this.#parts.isLoop(upstream);
    const all = [...this.#upstreams.values()];
    if (!isLoop || !all.includes(upstream)) return;
    this.#loops.add(upstream);
    this.#parts.group.replace(all.filter((one) => !this.#loops.has(one)));
    this.#parts.log.warn(`Not forwarding to ${upstream.to} any more: it forwards to this server`);
  }

  #stopLater(upstream: Upstream): void {
    const stop = guard("upstream that is left", () => {
      this.#timers.delete(timer);
      upstream.stop();
    });
    const timer = setTimeout(stop, GRACE * this.#parts.options.readTimeoutMs).unref();
    this.#timers.add(timer);
  }

  /** @param path of what cannot be looked at */
  #tellAbsence(path: string, error: unknown): void {
    this.#tellTrouble(`"${path}": ${reasonOf(error)}`);
  }

  #tellTrouble(reason: string): void {
    if (reason === this.#lastTrouble) return;
    this.#lastTrouble = reason;
    const { log } = this.#parts;
    const rest = this.#upstreams.size > 0 ? "; those of before are asked" : "";
    log.warn(`Cannot find servers to forward to: ${reason}${rest}`);
  }
}
