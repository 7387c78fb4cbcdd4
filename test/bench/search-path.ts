import type { Cluster } from "./cluster.ts";
import type { Expected } from "./probe.ts";

/** What pods' resolvers make of the names that programs ask for. */
export interface SearchTraffic {
  /** Names that were looked up. */
  readonly lookups: number;
  /** As "name type", in the order in which they are asked. */
  readonly questions: readonly string[];
  /** Names that are asked for, whether they exist or not. */
  readonly samples: readonly Expected[];
}

/** What `ndots:5` of a pod's resolv.conf says: names with fewer dots are searched for first. */
const NDOTS = 5;
const CLUSTER_DOMAIN = "cluster.local";
/** Few enough for every cache here, as the names that a cluster's programs use are. */
const LOOKUPS = 1000;
/** What upstream.c answers to every A question. */
const UPSTREAM_ADDRESS = "192.0.2.1";

/**
 * Lookups of Services in all the forms that programs write them in, and of outside names, in equal shares and by
 * pods of several namespaces.
 */
export function searchTraffic(cluster: Cluster, external: readonly string[]): SearchTraffic {
  const addresses = new Map<string, string | undefined>(
    cluster.addresses.map(({ qname, address }) => [qname, address]),
  );
  for (const qname of external) addresses.set(qname, UPSTREAM_ADDRESS);
  const namespaces = cluster.namespaces.map(({ metadata }) => metadata.name);
  const qnames: string[] = [];
  for (let lookup = 0; lookup < LOOKUPS; lookup++) {
    const { name, namespace } = pick(lookup, cluster, external, namespaces);
    qnames.push(...searchFor(name, namespace, addresses));
  }
  const samples = [...new Set(qnames)].map((qname) => ({ qname, address: addresses.get(qname) }));
  const questions = qnames.flatMap((qname) => [`${qname} A`, `${qname} AAAA`]);
  return { lookups: LOOKUPS, questions, samples };
}

/**
 * The names that a resolver tries for one, up to the one that exists: those of the search list, then the name as it
 * is; the other way round for a name with five dots or more.
 *
 * @param namespace the pod's, which decides on the search list
 */
export function searchFor(
  name: string,
  namespace: string,
  existing: { has(qname: string): boolean },
): string[] {
  const search = [`${namespace}.svc.${CLUSTER_DOMAIN}`, `svc.${CLUSTER_DOMAIN}`, CLUSTER_DOMAIN];
  const searched = search.map((suffix) => `${name}.${suffix}`);
  const dots = name.split(".").length - 1;
  const tried = dots < NDOTS ? [...searched, name] : [name, ...searched];
  const found = tried.findIndex((qname) => existing.has(qname));
  return found === -1 ? tried : tried.slice(0, found + 1);
}

/** The name that the next program asks for, and the namespace that it runs in. */
function pick(
  lookup: number,
  cluster: Cluster,
  external: readonly string[],
  namespaces: readonly string[],
): { name: string; namespace: string } {
  const forms = 5;
  const form = lookup % forms;
  const turn = Math.floor(lookup / forms);
  const elsewhere = namespaces[turn % namespaces.length] ?? "default";
  if (form === 0) return { name: external[turn % external.length] ?? "", namespace: elsewhere };
  const { qname = "" } = cluster.addresses[lookup % cluster.addresses.length] ?? {};
  // service, service.namespace, service.namespace.svc, or all of it.
  const labels = qname.split(".");
  const name = labels.slice(0, form === 4 ? labels.length : form).join(".");
  return { name, namespace: form === 1 ? (labels[1] ?? "") : elsewhere };
}
