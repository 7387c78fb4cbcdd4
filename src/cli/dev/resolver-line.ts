import type { StubSetting } from "../../stub/setting.ts";
import { DEFAULT_SERVER, DEFAULT_ZONES, writtenServer } from "../../stub/setting.ts";
import type { DevSource } from "./dev-corefile.ts";
import type { Place } from "./free-place.ts";

export interface ResolverState {
  /** Whether a question that was put to the system has come here. */
  readonly isAsked: boolean;
  readonly installed: StubSetting | undefined;
  readonly place: Place;
  readonly source: DevSource | undefined;
  /** Whether the system asks servers at port 53 only. */
  readonly isPort53Only: boolean;
}

const PORT_53 = 'let users have it by "sudo sysctl net.ipv4.ip_unprivileged_port_start=53"';

/** How it stands with the system's resolver, and what to do. */
export function resolverLine(state: ResolverState): string {
  const { isAsked, installed, place, source } = state;
  if (isAsked) return "This machine's resolver asks here";
  const notYet = "This machine's resolver does not ask here";
  const install = installCommand(place, source);
  if (!installed && state.isPort53Only && place.port !== 53) {
    return `${notYet} yet, and can at port 53 only: ${PORT_53}, and start again`;
  }
  if (!installed) return `${notYet} yet: portolan dev -stub, or ${install}`;
  const server = writtenServer(installed.server);
  if (server === writtenServer(place))
    return `${notYet}, though it is set up: portolan stub doctor`;
  return `${notYet}, but at ${server}: end what serves there, or: sudo portolan stub uninstall && ${install}`;
}

function installCommand(place: Place, source: DevSource | undefined): string {
  const server = writtenServer(place);
  const flags = server === DEFAULT_SERVER ? [] : ["-server", server];
  return ["sudo portolan stub install", ...installZones(source), ...flags].join(" ");
}

/** What *stub install* has to be told of what is served where, whatever its defaults on this system are. */
export function installArguments(place: Place, source: DevSource | undefined): readonly string[] {
  return [...installZones(source), "-server", writtenServer(place)];
}

function installZones(source: DevSource | undefined): readonly string[] {
  const contexts = source && "contexts" in source ? source.contexts : [];
  // A context alone has all its names in cluster.local, too.
  const more = contexts.length > 1 ? contexts.map(({ zone }) => `svc.${zone}`) : [];
  return more.length === 0 ? [] : [...DEFAULT_ZONES, ...more];
}
