import { readJournal } from "../../stub/journal.ts";
import type { StubSetting } from "../../stub/setting.ts";
import { DEFAULT_SERVER, DEFAULT_ZONES, writtenServer } from "../../stub/setting.ts";
import { thisSystem } from "../../stub/system.ts";
import type { DevSource } from "./dev-corefile.ts";
import type { Place } from "./free-place.ts";

/** What *portolan stub install* has set up here; undefined if nothing, or if this user may not know. */
export function installedStub(): StubSetting | undefined {
  try {
    return readJournal(thisSystem())?.setting;
  } catch {
    return undefined;
  }
}

export interface ResolverState {
  /** Whether a question that was put to the system has come here. */
  readonly isAsked: boolean;
  readonly installed: StubSetting | undefined;
  readonly place: Place;
  readonly source: DevSource | undefined;
}

/** How it stands with the system's resolver, and what to do. */
export function resolverLine({ isAsked, installed, place, source }: ResolverState): string {
  if (isAsked) return "This machine's resolver asks here";
  const notYet = "This machine's resolver does not ask here";
  const install = installCommand(place, source);
  if (!installed) return `${notYet} yet: ${install}`;
  const server = writtenServer(installed.server);
  if (server === writtenServer(place))
    return `${notYet}, though it is set up: portolan stub doctor`;
  return `${notYet}, but at ${server}: end what serves there, or: sudo portolan stub uninstall && ${install}`;
}

function installCommand(place: Place, source: DevSource | undefined): string {
  const contexts = source && "contexts" in source ? source.contexts : [];
  // A context alone has all its names in cluster.local, too.
  const more = contexts.length > 1 ? contexts.map(({ zone }) => `svc.${zone}`) : [];
  const zones = more.length === 0 ? [] : [...DEFAULT_ZONES, ...more];
  const server = writtenServer(place);
  const flags = server === DEFAULT_SERVER ? [] : ["-server", server];
  return ["sudo portolan stub install", ...zones, ...flags].join(" ");
}
