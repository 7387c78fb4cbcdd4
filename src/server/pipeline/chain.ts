import type { Position } from "../../corefile/corefile-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { formatRcode } from "../../dns/iana/rcode.ts";
import { isCommon } from "../contract/admission.ts";
import type { Instance, NamedInstance, Next } from "../contract/plugin.ts";
import { QueryError } from "../contract/query-error.ts";
import { Validity } from "../contract/validity.ts";
import type { Outcome } from "../contract/reply.ts";
import { DROPPED, Reply } from "../contract/reply.ts";
import { isServing } from "./serving-block.ts";

/**
 * Composes the instances' `serve` functions into one, once; the last of them answers SERVFAIL.
 * Where no instance so much as looks at queries, they are refused: nothing is served here.
 */
export function composeChain(instances: readonly Instance[]): Next {
  const isCommonAll = !instances.some(({ accepts = [] }) => accepts.length > 0);
  return instances.reduceRight<Next>((next, instance) => {
    const serve = instance.serve?.bind(instance);
    if (!serve) return next;
    if (isCommonAll || instance.isCommonOnly !== true) return (query) => serve(query, next);
    return (query) => (isCommon(query) ? serve(query, next) : next(query));
  }, endOf(instances));
}

function endOf(instances: readonly Instance[]): Next {
  const last = instances.findLast((one) => one.serve !== undefined);
  const isRefused = last ? last.refusesOthers === true : !instances.some(isServing);
  return isRefused ? nobodyServes : nobodyAnswers;
}

/** An instance, and where its directive stands. */
interface PlacedInstance extends NamedInstance {
  readonly directive?: Position;
}

/** As `composeChain`, for queries with a trace: each plugin is a step in it. */
export function composeTracedChain(placed: readonly PlacedInstance[]): Next {
  return composeChain(
    placed.map(({ plugin, instance, directive }) => {
      const serve = instance.serve?.bind(instance);
      return serve
        ? { ...instance, serve: traced(plugin, serve, positionText(directive)) }
        : instance;
    }),
  );
}

function positionText(at: Position | undefined): string {
  return at ? `${at.file}:${at.line}` : "";
}

function traced(plugin: string, serve: NonNullable<Instance["serve"]>, at: string): typeof serve {
  return (query, next) => {
    const { trace } = query;
    if (!trace) return serve(query, next);
    const step = trace.enter(plugin, at);
    const leave = (outcome: Outcome): Outcome => {
      trace.leave(step, outcome === DROPPED ? "dropped" : formatRcode(outcome.rcode));
      return outcome;
    };
    const fail = (failure: unknown): never => {
      trace.leave(step, failure instanceof Error ? failure.message : String(failure));
      throw failure;
    };
    try {
      const result = serve(query, next);
      return result instanceof Promise ? result.then(leave, fail) : leave(result);
    } catch (failure) {
      return fail(failure);
    }
  };
}

function nobodyAnswers(): Reply {
  return new Reply(Rcode.SERVFAIL, 0, Validity.once);
}

function nobodyServes(): Reply {
  return new Reply(Rcode.REFUSED, 0, Validity.once);
}

/** The reply that stands for a failure. */
export function failureReply(failure: unknown): Reply {
  const isQueryError = failure instanceof QueryError;
  const rcode = isQueryError ? failure.rcode : Rcode.SERVFAIL;
  const reply = new Reply(rcode, 0, Validity.once);
  if (isQueryError) reply.reason = failure.reason;
  if (isQueryError && failure.extendedError) reply.options = [failure.extendedError];
  return reply;
}
