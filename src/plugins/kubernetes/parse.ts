import { isIP } from "node:net";
import {
  argumentRange,
  atLeastOne,
  noArguments,
  noBody,
  oneArgument,
  parseChoice,
  parseInteger,
  parseFallthrough,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import { reasonOf } from "../../corefile/corefile-error.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";
import { parseLabelSelector } from "../../kube/label-selector.ts";
import { wireLabel } from "./records/labels.ts";
import type { PodMode } from "./name-finder.ts";
import type { ApiOptions } from "../../cluster/api-options.ts";
import { API_PROPERTIES, checkApiOptions, defaultApiOptions } from "../../cluster/api-options.ts";
import { isReverseKey } from "../../dns/reverse-name.ts";

const MAX_TTL_SECONDS = 3_600;

export interface KubernetesOptions {
  /** Zones to answer for; undefined for those of the server block. */
  zones: readonly Name[] | undefined;
  /** Folders, files and globs, as written. */
  readonly manifests: string[];
  /** Where Services without a ClusterIP get one from; empty for the default ranges. */
  readonly serviceCidrs: string[];
  pods: PodMode;
  /** Whether endpoints without a hostname are named after their pods. */
  usePodNames: boolean;
  ttlSeconds: number;
  /** Whether endpoints are served. */
  endpoints: boolean;
  /** Namespaces to show; empty for all. */
  readonly namespaces: string[];
  /** Label selectors; "" for all. */
  namespaceLabels: string;
  labels: string;
  /** Zones whose unknown names go to the next plugin. */
  fallthrough: readonly Name[];
  ignoreEmptyService: boolean;
  /** Zones for the Services of the cluster set, each one of the plugin's zones. */
  multicluster: readonly Name[];
  /** Whether headless Services have names for topology zones. */
  zonal: boolean;
  /** Whether denials say why, to clients with EDNS. */
  explain: boolean;
  readonly api: ApiOptions;
}

type Property = (sub: Directive, options: KubernetesOptions) => void;

const PROPERTIES: Record<string, Property> = {
  manifests(sub, options) {
    options.manifests.push(...atLeastOne(sub).map(({ text }) => text));
  },
  service_cidr(sub, options) {
    options.serviceCidrs.push(...atLeastOne(sub).map(parseCidr));
  },
  pods(sub, options) {
    options.pods = parseChoice(oneArgument(sub), ["disabled", "insecure", "verified"]);
  },
  endpoint_pod_names(sub, options) {
    noArguments(sub);
    options.usePodNames = true;
  },
  ttl(sub, options) {
    options.ttlSeconds = parseInteger(oneArgument(sub), { min: 0, max: MAX_TTL_SECONDS });
  },
  noendpoints(sub, options) {
    noArguments(sub);
    options.endpoints = false;
  },
  namespaces(sub, options) {
    options.namespaces.push(...atLeastOne(sub).map(parseNamespace));
  },
  namespace_labels(sub, options) {
    options.namespaceLabels = parseSelector(sub);
  },
  labels(sub, options) {
    options.labels = parseSelector(sub);
  },
  fallthrough(sub, options) {
    options.fallthrough = parseFallthrough(sub);
  },
  ignore(sub, options) {
    parseChoice(oneArgument(sub), ["empty_service"]);
    options.ignoreEmptyService = true;
  },
  multicluster(sub, options) {
    options.multicluster = parseZones(sub.args);
  },
  zonal(sub, options) {
    noArguments(sub);
    options.zonal = true;
  },
  explain(sub, options) {
    noArguments(sub);
    options.explain = true;
  },
  ...API_PROPERTIES,
};

/** What left CoreDNS, as an error there too, and what to write instead. */
const DEPARTED: Readonly<Record<string, string>> = {
  upstream: "it left CoreDNS with 1.7; remove it: aliases are followed anyway",
  resyncperiod: "it left CoreDNS with 1.7; remove it: changes are watched",
  transfer: `it left CoreDNS with 1.8; write "transfer ZONE { to ... }" beside "kubernetes"`,
  federation: "it left CoreDNS with 1.7; remove it",
};

/** Reads `kubernetes [ZONES...] { ... }`. */
export function parseKubernetes(directive: Directive): KubernetesOptions {
  const zones = argumentRange(directive, 0, Number.POSITIVE_INFINITY);
  const options: KubernetesOptions = {
    zones: zones.length === 0 ? undefined : parseZones(zones),
    manifests: [],
    serviceCidrs: [],
    pods: "disabled",
    usePodNames: false,
    ttlSeconds: 5,
    endpoints: true,
    namespaces: [],
    namespaceLabels: "",
    labels: "",
    fallthrough: [],
    ignoreEmptyService: false,
    multicluster: [],
    zonal: false,
    explain: false,
    api: defaultApiOptions(),
  };
  for (const sub of directive.body) {
    const instead = Object.hasOwn(DEPARTED, sub.name.text) ? DEPARTED[sub.name.text] : undefined;
    if (instead) throw sub.error(`unknown property "${sub.name.text}": ${instead}`);
    noBody(sub);
  }
  subDirectives(directive, PROPERTIES, options);
  if (options.zones?.every(({ key }) => isReverseKey(key))) throw onlyReverseZones(directive);
  if (options.namespaces.length > 0 && options.namespaceLabels !== "") {
    throw directive.error(`"namespaces" and "namespace_labels" exclude each other`);
  }
  if (options.zonal && !options.endpoints) {
    throw directive.error(`"zonal" and "noendpoints" exclude each other`);
  }
  if (options.zones) checkMulticluster(directive, options.multicluster, options.zones);
  const usesManifests = options.manifests.length > 0;
  if (!usesManifests && options.serviceCidrs.length > 0) {
    throw directive.error(`"service_cidr" has no effect without "manifests"`);
  }
  checkApiOptions(directive, options.api, usesManifests);
  return options;
}

/** PTR records have to name something in a zone. */
export function onlyReverseZones(directive: Directive): Error {
  return directive.error(`only reverse zones: add one for names, such as "cluster.local"`);
}

/**
 * The zones of the cluster set must be zones of the plugin.
 * @throws {CorefileError}
 */
export function checkMulticluster(
  directive: Directive,
  multicluster: readonly Name[],
  zones: readonly Name[],
): void {
  const strange = multicluster.find((name) => !zones.some((zone) => zone.equals(name)));
  if (!strange) return;
  const sub = directive.body.findLast(({ name }) => name.text === "multicluster") ?? directive;
  const list = zones.map((zone) => `"${zone.toString()}"`).join(", ");
  throw sub.error(`not authoritative for "${strange.toString()}": the zones are ${list}`);
}

function parseNamespace(token: Token): string {
  if (wireLabel(token.text) !== undefined) return token.text;
  throw tokenError(token, `bad namespace "${token.text}": not a DNS label`);
}

function parseCidr(token: Token): string {
  const [address = "", bits = "", ...rest] = token.text.split("/");
  const version = isIP(address);
  const isCidr = version !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits);
  if (isCidr && Number(bits) <= (version === 4 ? 32 : 128)) return token.text;
  throw tokenError(token, `bad CIDR "${token.text}": expected one such as "10.96.0.0/12"`);
}

/** A selector may have spaces: its words are put together again. */
function parseSelector(sub: Directive): string {
  const words = atLeastOne(sub).map(({ text }) => text);
  const selector = words.join(" ");
  try {
    parseLabelSelector(selector);
  } catch (error) {
    throw sub.error(`bad label selector: ${reasonOf(error)}`);
  }
  return selector;
}
