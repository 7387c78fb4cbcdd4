import type { ContextZone } from "./dev-zones.ts";
import type { Place } from "./free-place.ts";

/** A context as it is served. */
export interface DevContext extends ContextZone {
  /** Whether it is `cluster.local`, too. */
  readonly isCurrent: boolean;
  /** Empty for all. */
  readonly namespaces: readonly string[];
}

/** Where names come from. */
export type DevSource =
  | { readonly kubeconfig: string; readonly contexts: readonly DevContext[] }
  | { readonly manifests: string; readonly namespaces: readonly string[] };

export interface DevSetting {
  readonly place: Place;
  readonly source: DevSource;
}

/** The zone that is there whatever the context is called. */
export const CLUSTER_ZONE = "cluster.local";
const REVERSE = ["in-addr.arpa", "ip6.arpa"];
/** Who is asked for all other names: whoever the system has at the moment, but for this server. */
const RESOLV_CONF = "/etc/resolv.conf";

/** The Corefile that `portolan dev` runs. */
export function corefileOf(setting: DevSetting): string {
  const blocks = [...clusterBlocks(setting), outsideBlock(setting)];
  return `# Made by "portolan dev"\n${blocks.join("\n")}`;
}

function clusterBlocks(setting: DevSetting): string[] {
  const { source } = setting;
  if ("contexts" in source) {
    return source.contexts.map((one) => contextBlock(setting, source.kubeconfig, one));
  }
  const zones = [CLUSTER_ZONE, ...REVERSE];
  const body = [
    ...kubernetes(zones, [`manifests ${word(source.manifests)}`, ...shown(source.namespaces)]),
    ...REVERSE.flatMap(forward),
  ];
  return [block(setting, zones, body)];
}

function contextBlock(setting: DevSetting, kubeconfig: string, context: DevContext): string {
  const { zone, range, isCurrent, namespaces } = context;
  const reverse = isCurrent ? REVERSE : [range];
  const names = isCurrent ? [CLUSTER_ZONE, zone] : [zone];
  // A name such as "dev" is a zone of the Internet's, too, of which no more is taken than is needed.
  const keys = [...(isCurrent ? [CLUSTER_ZONE] : []), `svc.${zone}`, `pod.${zone}`, ...reverse];
  const body = [
    "connect {",
    `    range ${range}`,
    "}",
    ...kubernetes(
      [...names, ...reverse],
      [`kubeconfig ${word(kubeconfig)} ${word(context.context)}`, ...shown(namespaces)],
    ),
    ...(isCurrent ? REVERSE.flatMap(forward) : []),
  ];
  return block(setting, keys, body);
}

function kubernetes(zones: readonly string[], properties: readonly string[]): string[] {
  const isWhole = REVERSE.every((zone) => zones.includes(zone));
  const passes = isWhole ? [`fallthrough ${REVERSE.join(" ")}`] : [];
  return [
    `kubernetes ${zones.join(" ")} {`,
    ...[...properties, ...passes].map((line) => `    ${line}`),
    "}",
  ];
}

function shown(namespaces: readonly string[]): string[] {
  return namespaces.length === 0 ? [] : [`namespaces ${namespaces.join(" ")}`];
}

function outsideBlock({ place }: DevSetting): string {
  return written(
    [`.:${place.port}`],
    [`bind ${place.address}`, "errors", "cache 30", ...forward(".")],
  );
}

function forward(zone: string): string[] {
  return [`forward ${zone} ${RESOLV_CONF} {`, "    follow", "}"];
}

function block({ place }: DevSetting, zones: readonly string[], body: readonly string[]): string {
  const keys = zones.map((zone) => `${zone}:${place.port}`);
  const log = ["log . {", "    class denial error", "}"];
  return written(keys, [`bind ${place.address}`, "errors", ...log, ...body]);
}

function written(keys: readonly string[], body: readonly string[]): string {
  return `${keys.join(" ")} {\n${body.map((line) => `    ${line}\n`).join("")}}\n`;
}

/** As one word of a Corefile, whatever is in it. */
function word(text: string): string {
  return /^[\w./:@~+,=-]+$/.test(text) ? text : `"${text.replaceAll('"', String.raw`\"`)}"`;
}
