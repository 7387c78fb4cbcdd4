import type { Name } from "../../dns/name.ts";
import { configPath } from "../../server/config-path.ts";
import type { Offer } from "../../server/contract/capability.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { zoneSource } from "../../server/contract/zone-source.ts";
import type { Result } from "../../server/contract/reply.ts";
import { FollowedZoneFile } from "../../zone/file/followed-zone-file.ts";
import { readZoneFile } from "../../zone/file/read-zone-file.ts";
import { Zone } from "../../zone/zone.ts";
import { replyOrPassOn } from "../../zone/zone-reply.ts";
import { ZoneSetSource } from "../../zone/zone-set-source.ts";
import { ZoneSet } from "../../zone/zone-set.ts";
import type { FileEntry } from "./parse.ts";

/** A zone, the file that it is read from, and whether others may know more of it. */
interface ServedFile {
  readonly zone: Zone;
  readonly path: string;
  readonly followed: FollowedZoneFile;
  readonly fallthrough: readonly Name[];
}

/** Answers from zones that are read from master files. */
export class File implements Instance {
  readonly isCommonOnly = true;
  readonly refusesOthers = true;
  readonly passable = true;
  readonly zones: ZoneSet = new ZoneSet();
  readonly offers: readonly Offer[] = [zoneSource.offer(new ZoneSetSource(this.zones))];
  readonly #served = new Map<Zone, ServedFile>();
  readonly #context: PluginContext;

  constructor(entries: readonly FileEntry[], context: PluginContext) {
    this.#context = context;
    for (const entry of entries) this.#add(entry);
  }

  /** Reads all files, and keeps nothing. */
  async check(): Promise<void> {
    for (const { path, zone } of this.#served.values()) await readZoneFile(path, zone.origin);
  }

  async start(): Promise<void> {
    for (const { followed } of this.#served.values()) await followed.start();
  }

  stop(): void {
    for (const { followed } of this.#served.values()) followed.stop();
  }

  serve(query: Query, next: Next): Result {
    const zone = this.zones.find(query.qname, query.qtype);
    if (!zone) return next(query);
    const fallthrough = this.#served.get(zone)?.fallthrough ?? [];
    const resolve = (question: Query): Result => this.#context.host.resolve(question);
    return replyOrPassOn(zone, query, resolve, { fallthrough, next });
  }

  #add({ path: written, zones, reloadMs, byMtime, fallthrough, directive }: FileEntry): void {
    const path = configPath(written, this.#context.settings, directive);
    for (const origin of zones ?? this.#context.zones) {
      const before = this.zones.get(origin);
      if (before) throw directive.error(`zone "${origin.toString()}" has a file already`);
      const zone = new Zone(origin);
      const followed = new FollowedZoneFile(zone, { path, reloadMs, byMtime }, this.#context.log);
      this.zones.add(zone);
      this.#served.set(zone, { zone, path, followed, fallthrough });
    }
  }
}
