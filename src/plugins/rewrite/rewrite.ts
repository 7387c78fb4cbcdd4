import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import type { Admission } from "../../server/contract/admission.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Outcome, Result } from "../../server/contract/reply.ts";
import { DROPPED, Reply, mapReply } from "../../server/contract/reply.ts";
import type { AskedFact, TraceFact } from "../../server/contract/trace-fact.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { ReplyEdit } from "./asked-question.ts";
import { AskedQuestion } from "./asked-question.ts";
import type { Action, Rule } from "./rule.ts";

/** Asks another question than the client did, and gives the reply as if it had not. */
export class Rewrite implements Instance {
  readonly passable = true;
  readonly accepts: readonly Admission[];
  readonly #rules: readonly (Rule & { readonly apply: Action })[];
  /** Whether questions of other classes than IN are somebody's who asked for them. */
  readonly #answersChaos: boolean;

  constructor(rules: readonly Rule[], context: PluginContext) {
    this.#rules = rules.map((rule) => ({ ...rule, apply: rule.make(context) }));
    const classes = rules.map(({ takesClass }) => takesClass);
    this.accepts = [
      ...(classes.includes(RrClass.CH) ? (["chaos"] as const) : []),
      ...(classes.includes(RrClass.HS) ? (["hesiod"] as const) : []),
    ];
    this.#answersChaos = context.plugins.includes("chaos");
  }

  serve(query: Query, next: Next): Result {
    const asked = new AskedQuestion(query);
    for (const rule of this.#rules) {
      const before = query.trace && asked.toFact();
      if (!rule.apply(asked)) continue;
      if (before !== undefined) query.trace?.note(...noteOf(rule, before, asked.toFact()));
      if (rule.isLast) break;
    }
    // It has come here for a rule that did not match.
    const { qclass } = asked;
    const isStray = qclass !== RrClass.IN && qclass === query.qclass;
    if (isStray && !(qclass === RrClass.CH && this.#answersChaos)) return new Reply(Rcode.REFUSED);
    const { edits } = asked;
    if (!asked.isChanged && edits.length === 0 && !asked.dependsOnClient) return next(query);
    return mapReply(replyTo(asked, next), (reply) => {
      if (asked.hasNewName) forgetName(reply);
      if (asked.hasNewOptions && query.hasEdns) showOptions(asked, reply);
      return asked.dependsOnClient ? reply.narrow(Validity.perClient) : reply;
    });
  }
}

function noteOf({ at, text }: Rule, from: AskedFact, to: AskedFact): [string, TraceFact] {
  const [before, after] = [from, to].map(({ name, type }) => `${name} ${type}`);
  const what = before === after ? `"${before}" is in for` : `"${before}" becomes "${after}" by`;
  const place = `${at.file}:${at.line}`;
  return [`${place}: ${what} "${text}"`, { kind: "rewrite", at: place, rule: text, from, to }];
}

/** What says the names of another question is neither proven nor written as this one is. */
function forgetName(reply: Reply): void {
  reply.flags &= ~Flag.AD;
  if (reply.repetition.followsCase !== true) return;
  const { followsCase: _followsCase, ...repetition } = reply.repetition;
  reply.repetition = repetition;
}

/** A client sees the local options that were set for it, unless that is reverted. */
function showOptions({ options }: AskedQuestion, reply: Reply): void {
  reply.options = options.inReply(reply.options, reply.isForwarded);
  if (options.showsClient && !reply.isForwarded) reply.narrow(Validity.perClient);
}

/** What the rules make of the reply, the last one first, or of the failure to get one. */
function replyTo(asked: AskedQuestion, next: Next): Result {
  const { edits } = asked;
  const query = asked.toQuery();
  const edit = (outcome: Outcome): Result => {
    return outcome === DROPPED ? outcome : applyEdits(outcome, query, edits, edits.length - 1);
  };
  const fail = (failure: unknown): never => {
    if (!(failure instanceof QueryError)) throw failure;
    throw edits.reduceRight((error, one) => one.editFailure?.(error) ?? error, failure);
  };
  let result: Result;
  try {
    result = next(query);
  } catch (failure) {
    return fail(failure);
  }
  return result instanceof Promise ? result.then(edit, fail) : edit(result);
}

function applyEdits(reply: Reply, query: Query, edits: readonly ReplyEdit[], last: number): Result {
  for (let i = last; i >= 0; i--) {
    const waiting = edits[i]?.edit(reply, query);
    if (waiting) return waiting.then(() => applyEdits(reply, query, edits, i - 1));
  }
  return reply;
}
