import { isIP } from "node:net";
import { RrType, formatRrType, parseRrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import type { ClusterView } from "../server/contract/cluster-view.ts";
import type { Configuration } from "../server/configuration.ts";
import type { Endpoint } from "../server/endpoint.ts";
import type { Respondent } from "./put-question.ts";
import { askOne } from "./ask.ts";
import { followTargets, serviceBehindAlias } from "./follow-targets.ts";
import type { Asked, Explanation, Told } from "./explanation.ts";
import type { Seen } from "./finding.ts";
import type { Known } from "./known.ts";
import { knowing, knownOf } from "./known.ts";
import type { Lookable } from "./look-closer.ts";
import { lookCloser } from "./look-closer.ts";
import type { AskedRoutes, RoutesRequest } from "./routes/asked-routes.ts";
import { askedRoutes, serviceOf } from "./routes/asked-routes.ts";
import type { Routes } from "./routes/routes.ts";
import { routesOf } from "./routes/routes-of.ts";
import type { Candidate } from "./search-list.ts";
import { NDOTS, candidatesOf, searchListOf } from "./search-list.ts";
import { factsIn } from "./told-facts.ts";
import { isOwnPlace } from "./own-place.ts";
import { verdictOf } from "./verdict.ts";
import { safeTexts } from "./words.ts";

/** What is asked for, in the words of the user. */
export interface ExplainRequest extends RoutesRequest {
  /** A mnemonic, or TYPE followed by a number; addresses of both families without it. */
  readonly type?: string | undefined;
  /** POD.NAMESPACE, NAMESPACE or an address; namespace "default" without it. */
  readonly from?: string | undefined;
}

export interface ExplainOptions {
  /** What nodes search besides. */
  readonly ofNode: readonly Name[];
  /** How long all of it may take. */
  readonly limitMs: number;
  /** How long of that objects of the cluster may be looked at; 1.5 seconds by default. */
  readonly lookMs?: number;
}

/** A failed lookup says something else the next time: what else a resolver would go on after. */
const ENDS_LOOKUP = new Set(["REFUSED", "FORMERR", "NOTIMP"]);

/**
 * Does what a pod's resolver would do, against a configuration in this process, and says what came of it and why.
 * @throws {TypeError} if name, type or client are none
 */
export async function explain(
  configuration: Configuration,
  request: ExplainRequest,
  options: ExplainOptions,
): Promise<Explanation> {
  const known = knownOf(configuration);
  const types = typesOf(request.type);
  const view = known[0]?.view;
  const client = clientOf(request.from, view);
  const zone = view?.zones[0] ?? Name.parse("cluster.local");
  const search = searchListOf(client.namespace, zone, options.ofNode);
  const routing = askedRoutes(
    request,
    known.map(({ view }) => view),
  );
  const { instead } = routing ?? {};
  const candidates = candidatesIn(instead?.name ?? request.name, search);
  const to: Respondent = {
    router: endpointFor(configuration, zone).router,
    address: client.address,
    deadlineMs: performance.now() + options.limitMs,
  };
  const lookedUp = await lookUp(to, candidates, types, known, configuration);
  const names = await lookCloser(lookedUp, to.deadlineMs, options.lookMs);
  const asked: Asked = {
    name: request.name,
    types: types.map(formatRrType),
    namespace: client.namespace,
    address: client.address,
    search: search.map(String),
    ndots: NDOTS,
    assumed: instead ? [...client.assumed, instead.assumed] : client.assumed,
  };
  const verdict = await verdictOf({ asked, names, to, types });
  const routes = routing ? await routesFor(routing, names, known, to.deadlineMs) : null;
  const lookup = ({ name, suffix, answers }: LookedUp): Explanation["lookups"][number] => {
    return { name, suffix: suffix ?? null, answers };
  };
  return safeTexts({
    version: 1 as const,
    asked,
    lookups: names.map(lookup),
    targets: names.flatMap(({ targets }) => targets.map(lookup)),
    queries: names.reduce((sum, { answers }) => sum + answers.length, 0),
    verdict,
    routes,
  });
}

function routesFor(
  { wanted, instead }: AskedRoutes,
  names: readonly Seen[],
  known: readonly Known[],
  deadlineMs: number,
): Promise<Routes> {
  const views = known.map(({ view }) => view);
  const { service, address } = instead ?? serviceOf(names, views);
  const objects = known.flatMap(({ objects }) => objects ?? []);
  return routesOf({ wanted, service, address, objects, deadlineMs });
}

interface LookedUp {
  readonly name: string;
  readonly suffix?: string | undefined;
  readonly answers: readonly Told[];
}

/** One after the other, as long as a resolver goes on (getaddrinfo of glibc). */
async function lookUp(
  to: Respondent,
  candidates: readonly Candidate[],
  types: readonly number[],
  known: readonly Known[],
  { endpoints }: Configuration,
): Promise<Lookable[]> {
  const names: Lookable[] = [];
  const typedLabels = candidates.find(({ suffix }) => !suffix)?.name.labelCount() ?? 0;
  for (const { name, suffix } of candidates) {
    const all = await Promise.all(types.map((type) => askOne(to, name, type)));
    const answers = all.map(({ told }) => told);
    const { view, objects, facts } = knowing(name, known);
    const seen = {
      name: name.toString(),
      suffix: suffix?.toString(),
      typedLabels,
      answers,
      facts,
      state: view?.state(),
      address: to.address,
      ownUpstreams: factsIn(answers, "upstream").flatMap(({ fact }) => {
        return isOwnPlace(fact.address, endpoints.values()) ? [fact.address] : [];
      }),
      behindAlias: serviceBehindAlias(view, facts),
      targets: await followTargets({ to, types, view, name, facts, asked: all }),
    };
    names.push({ seen, objects });
    const isOver = answers.some(
      ({ isAnswered, rcode }) => isAnswered || rcode === null || ENDS_LOOKUP.has(rcode),
    );
    if (isOver) break;
  }
  return names;
}

function candidatesIn(typed: string, search: readonly Name[]): readonly Candidate[] {
  try {
    return candidatesOf(typed, search);
  } catch (cause) {
    throw new TypeError(`Cannot explain "${typed}": ${reasonIn(cause)}`, { cause });
  }
}

function reasonIn(cause: unknown): string {
  return (cause as Error).message.replace(/^Cannot parse name ".*": /s, "");
}

function typesOf(type: string | undefined): readonly number[] {
  if (type === undefined) return [RrType.A, RrType.AAAA];
  const known = parseRrType(type.toUpperCase());
  if (known === undefined) throw new TypeError(`Cannot explain type "${type}": there is none`);
  return [known];
}

interface FoundClient {
  readonly namespace: string;
  readonly address: string;
  readonly assumed: readonly string[];
}

const NOBODY = "127.0.0.1";
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function clientOf(from: string | undefined, view: ClusterView | undefined): FoundClient {
  if (from === undefined) {
    const assumed = ['No -from says who asks: a pod of namespace "default" is assumed.'];
    return { namespace: "default", address: NOBODY, assumed };
  }
  if (isIP(from) !== 0) {
    const namespace = view?.namespaceOfAddress(from);
    if (namespace !== undefined) return { namespace, address: from, assumed: [] };
    const assumed = [
      `No pod is known at ${from}: the search list of namespace "default" is assumed.`,
    ];
    return { namespace: "default", address: from, assumed };
  }
  const dot = from.lastIndexOf(".");
  const [pod, namespace] = [from.slice(0, Math.max(0, dot)), from.slice(dot + 1)];
  if (!LABEL.test(namespace) || dot === 0) {
    throw new TypeError(
      `Cannot explain for "${from}": expected POD.NAMESPACE, NAMESPACE or an address`,
    );
  }
  if (pod === "") return { namespace, address: NOBODY, assumed: [] };
  const address = view?.addressOfPod(namespace, pod);
  if (address !== undefined) return { namespace, address, assumed: [] };
  const assumed = [
    `The address of pod "${pod}" is not known: what depends on it (views, acl) is not seen. "pods verified" would tell.`,
  ];
  return { namespace, address: NOBODY, assumed };
}

/** Where clients of the cluster ask: the first place that serves its zone, else the first. */
function endpointFor({ endpoints }: Configuration, zone: Name): Endpoint {
  const all = [...endpoints.values()];
  const serving = all.find(({ router }) => {
    return router.blocks().some(({ zones }) => zones.some((one) => zone.isWithin(one)));
  });
  const endpoint = serving ?? all[0];
  if (!endpoint) throw new TypeError("Cannot explain: no server block serves DNS");
  return endpoint;
}
