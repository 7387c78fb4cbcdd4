import type { EdnsOption } from "../../dns/edns.ts";
import { extendedErrorOption } from "../../dns/edns.ts";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import type { Cell, Family } from "../../observe/metrics.ts";
import type { ClientPods } from "../../server/contract/client-pods.ts";
import { clientPods } from "../../server/contract/client-pods.ts";
import { passOn } from "../../server/contract/pass-on.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Query } from "../../server/contract/query.ts";
import type { RepeatObserver } from "../../server/contract/repeat-observer.ts";
import type { Repetition, Result } from "../../server/contract/reply.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import type { TraceFact } from "../../server/contract/trace-fact.ts";
import { Validity } from "../../server/contract/validity.ts";
import { aclMetrics } from "./metrics.ts";
import type { Networks } from "./networks.ts";
import { addressOctets } from "./networks.ts";
import type { Action, AclRule, Namespaces, Policy } from "./parse.ts";

/** What may be done with a question, and for whom: of several the first one. */
interface Verdict {
  readonly action: Action;
  /** Of the rule; the root where there is none. */
  readonly zone: Name;
  /** Who it is for: those who are in both, as far as they are given; else everybody who is left. */
  readonly networks: Networks | undefined;
  readonly namespaces: Namespaces | undefined;
  readonly at: string;
  readonly text: string;
}

interface Rule {
  /** Longest first. */
  readonly zones: readonly Name[];
  readonly policies: readonly Policy[];
}

const BLOCKED: readonly EdnsOption[] = [extendedErrorOption(ExtendedErrorCode.BLOCKED)];
const FILTERED: readonly EdnsOption[] = [extendedErrorOption(ExtendedErrorCode.FILTERED)];
const FOLLOWS_CASE: Repetition = { followsCase: true };
const ALLOWED: Verdict = {
  action: "allow",
  zone: Name.root,
  networks: undefined,
  namespaces: undefined,
  at: "",
  text: "",
};

/** Lets queries pass or not, by name and type, and by who asks: an address, or a Pod of a namespace. */
export class Acl implements Instance {
  /** Replies of questions that nobody's address makes a difference to may be repeated to all. */
  readonly passable = true;
  readonly #rules: readonly Rule[];
  readonly #context: PluginContext;
  readonly #metrics: Readonly<Record<Action, Family<Cell>>>;
  #pods: ClientPods | undefined;

  constructor(rules: readonly AclRule[], context: PluginContext) {
    this.#rules = rules.map(({ zones = context.zones, policies }) => {
      return { zones: zones.toSorted((a, b) => b.key.length - a.key.length), policies };
    });
    this.#context = context;
    this.#metrics = aclMetrics(context.metrics);
  }

  /** @throws {CorefileError} if a rule is about namespaces, and nobody knows of clients where they belong. */
  connect(): void {
    const policies = this.#rules.flatMap((rule) => rule.policies);
    const at = policies.find(({ namespaces }) => namespaces)?.namespaces?.at;
    if (!at) return;
    const { directive } = this.#context;
    this.#pods = this.#context.offered(clientPods)[0]?.value;
    if (!this.#pods) {
      const reason = "there is no kubernetes in this server block";
      throw directive.error(`cannot know who is in namespace "${at.text}": ${reason}`, at);
    }
    const obstacle = this.#pods.begin();
    if (obstacle === undefined) return;
    throw directive.error(`cannot know who is in namespace "${at.text}": ${obstacle}`, at);
  }

  serve(query: Query, next: Next): Result {
    const verdicts = this.#verdicts(query.qname, query.qtype);
    const verdict = this.#verdictFor(query, verdicts);
    const validity = areEqual(verdicts) ? Validity.always : Validity.perClient;
    const { action } = verdict;
    this.#count(verdict, 1);
    query.trace?.note(...noteOf(verdict, validity));
    if (action === "allow") {
      return validity.isPerClient ? passOn(query, next, validity) : next(query);
    }
    return action === "drop" ? DROPPED : refusal(action, validity);
  }

  /** No reply is repeated that others do not get, too: of the verdicts on the question any will do. */
  observeRepeats(qname: Name): RepeatObserver {
    return {
      countRepeats: ({ qtype, count }) => {
        const [verdict = ALLOWED] = this.#verdicts(qname, qtype);
        this.#count(verdict, count);
      },
    };
  }

  /** All that may be done with a question; the last one is for everybody who is left. */
  #verdicts(qname: Name, qtype: number): readonly Verdict[] {
    const verdicts: Verdict[] = [];
    for (const { zones, policies } of this.#rules) {
      const zone = zones.find((one) => qname.isWithin(one));
      if (!zone) continue;
      for (const { action, types, networks, namespaces, at, text } of policies) {
        if (types && !types.has(qtype)) continue;
        verdicts.push({ action, zone, networks, namespaces, at, text });
        if (!networks && !namespaces) return verdicts;
      }
    }
    verdicts.push(ALLOWED);
    return verdicts;
  }

  #verdictFor({ client, qname }: Query, verdicts: readonly Verdict[]): Verdict {
    const [first] = verdicts;
    if (first && !first.networks && !first.namespaces) return first;
    const address = addressOctets(client.address);
    if (address === undefined) {
      this.#context.log.error(`Blocking query for "${qname}": cannot parse "${client.address}"`);
      return { ...(first ?? ALLOWED), action: "block" };
    }
    let asking: string | undefined;
    const isFrom = ({ names }: Namespaces): boolean => {
      return names.has((asking ??= this.#namespaceOf(client)));
    };
    const isFor = ({ networks, namespaces }: Verdict): boolean => {
      return (networks?.has(address) ?? true) && (!namespaces || isFrom(namespaces));
    };
    return verdicts.find(isFor) ?? ALLOWED;
  }

  /** Looked up with each query: the address may be another Pod's by now. */
  #namespaceOf(client: Query["client"]): string {
    try {
      return this.#pods?.namespaceOf(client) ?? "";
    } catch (failure) {
      if (failure instanceof QueryError) failure.narrow(Validity.perClient);
      throw failure;
    }
  }

  #count({ action, zone }: Verdict, count: number): void {
    const { serverLabel, settings } = this.#context;
    const view = settings.view ?? "";
    const labels = action === "allow" ? [serverLabel, view] : [serverLabel, zone.toString(), view];
    this.#metrics[action].with(...labels).value += count;
  }
}

function noteOf({ action, at, text }: Verdict, { isPerClient }: Validity): [string, TraceFact] {
  const by = text === "" ? "" : ` by "${text}" (${at})`;
  const note = `${action}${by}${isPerClient ? ", for this client" : ""}`;
  return [note, { kind: "access", action, at, rule: text, isForClient: isPerClient }];
}

/** Whether it makes no difference who asks. */
function areEqual([first, ...others]: readonly Verdict[]): boolean {
  return others.every(({ action, zone }) => {
    return action === first?.action && (action === "allow" || zone.equals(first.zone));
  });
}

function refusal(action: "block" | "filter", validity: Validity): Reply {
  const reply = new Reply(action === "block" ? Rcode.REFUSED : Rcode.NOERROR, 0, validity);
  reply.options = action === "block" ? BLOCKED : FILTERED;
  reply.repetition = FOLLOWS_CASE;
  return reply;
}
