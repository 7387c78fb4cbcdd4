import type { Name } from "../../dns/name.ts";
import { configPath } from "../../server/config-path.ts";
import type { Offer } from "../../server/contract/capability.ts";
import { passOn } from "../../server/contract/pass-on.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { zoneSource } from "../../server/contract/zone-source.ts";
import type { Result } from "../../server/contract/reply.ts";
import { mapReply } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";
import { replyFrom } from "../../zone/zone-reply.ts";
import { ZoneSetSource } from "../../zone/zone-set-source.ts";
import { ZoneSet } from "../../zone/zone-set.ts";
import type { AutoOptions } from "./parse.ts";
import { ZoneFolder } from "./zone-folder.ts";

/** Answers from the zones whose files are in a folder. */
export class Auto implements Instance {
  readonly isCommonOnly = true;
  readonly refusesOthers = true;
  readonly passable = true;
  readonly zones: ZoneSet = new ZoneSet();
  readonly offers: readonly Offer[] = [zoneSource.offer(new ZoneSetSource(this.zones))];
  readonly #origins: readonly Name[];
  readonly #folder: ZoneFolder;
  readonly #context: PluginContext;

  constructor(options: AutoOptions, context: PluginContext) {
    this.#origins = options.zones ?? context.zones;
    this.#context = context;
    const directory = configPath(options.directory, context.settings, context.directive);
    this.#folder = new ZoneFolder({ ...options, directory }, this.zones, context.log);
  }

  start(): Promise<void> {
    return this.#folder.start();
  }

  stop(): void {
    this.#folder.stop();
  }

  serve(query: Query, next: Next): Result {
    if (!query.qname.isWithinAny(this.#origins)) return next(query);
    const zone = this.zones.find(query.qname, query.qtype);
    // A file may come at any time, and with it a zone that is nearer to the name.
    const members = Validity.dependingOn(this.zones.members);
    if (!zone) return passOn(query, next, members);
    const result = replyFrom(zone, query, (question) => this.#context.host.resolve(question));
    return mapReply(result, (reply) => reply.narrow(members));
  }
}
