import { EvaluationError, ExpressionError } from "./expression-error.ts";
import { unfit } from "./functions/arguments.ts";
import { keyOf, orderSign } from "./functions/lists.ts";
import type { Code, Evaluate, Machine } from "./machine.ts";
import { add, compare } from "./operations.ts";
import type { Type } from "./types.ts";
import {
  BOOL,
  INT,
  STRING,
  UNKNOWN,
  arrayOf,
  elementOf,
  formatType,
  isAssignable,
} from "./types.ts";
import type { List, Value } from "./value.ts";
import { elementsOf } from "./value.ts";

/** What a predicate says of each element. */
type Visit = (list: List, ask: (item: Value, index: number) => Value) => Value;

/** Those whose predicate says yes or no. */
const TESTS: Readonly<Record<string, { result: (list: Type) => Type; visit: Visit }>> = {
  all: { result: () => BOOL, visit: (list, ask) => list.every((one, i) => isTrue(ask(one, i))) },
  none: { result: () => BOOL, visit: (list, ask) => !list.some((one, i) => isTrue(ask(one, i))) },
  any: { result: () => BOOL, visit: (list, ask) => list.some((one, i) => isTrue(ask(one, i))) },
  one: { result: () => BOOL, visit: (list, ask) => countOf(list, ask) === 1 },
  count: { result: () => INT, visit: (list, ask) => BigInt(countOf(list, ask)) },
  filter: {
    result: (list) => arrayOf(elementOf(list)),
    visit: (list, ask) => list.filter((one, i) => isTrue(ask(one, i))),
  },
  find: {
    result: elementOf,
    visit: (list, ask) => list.find((one, i) => isTrue(ask(one, i))) ?? null,
  },
  findLast: {
    result: elementOf,
    visit: (list, ask) => list.findLast((one, i) => isTrue(ask(one, i))) ?? null,
  },
  findIndex: {
    result: () => INT,
    visit: (list, ask) => indexOrNil(list.findIndex((one, i) => isTrue(ask(one, i)))),
  },
  findLastIndex: {
    result: () => INT,
    visit: (list, ask) => indexOrNil(list.findLastIndex((one, i) => isTrue(ask(one, i)))),
  },
};

/** Those whose predicate gives a value. */
const MAPPINGS: Readonly<
  Record<string, { result: (list: Type, given: Type) => Type; visit: Visit }>
> = {
  map: { result: (_list, given) => arrayOf(given), visit: (list, ask) => list.map(ask) },
  sum: {
    result: (_list, given) => given,
    visit: (list, ask) => list.reduce<Value>((sum, one, i) => add(ask(one, i), sum), 0n),
  },
  groupBy: {
    result: (list) => ({ kind: "map", key: UNKNOWN, element: arrayOf(elementOf(list)) }),
    visit: (list, ask) => Map.groupBy(list, (one, i) => keyOf(ask(one, i))),
  },
};

/**
 * A call of `name` with what it looks at and, where there are, the predicate and one more.
 * @param weight of the predicate: how many parts it has
 */
export function compilePredicateCall<C>(
  { name, at, weight }: { name: string; at: number; weight: number },
  list: Code<C>,
  predicate: Code<C> | undefined,
  extra: Code<C> | undefined,
): Code<C> {
  const test = TESTS[name];
  if (test) {
    const given = predicate?.type ?? elementOf(list.type);
    if (predicate && !isAssignable(given, BOOL)) {
      const message = `the predicate of "${name}" is ${formatType(given)}, expected bool`;
      throw new ExpressionError(message, at);
    }
    return { type: test.result(list.type), run: visiting(list, predicate, test.visit, weight) };
  }
  const mapping = MAPPINGS[name];
  if (mapping) {
    const type = mapping.result(list.type, predicate?.type ?? elementOf(list.type));
    return { type, run: visiting(list, predicate, mapping.visit, weight) };
  }
  if (!predicate) throw new ExpressionError(`"${name}" has no predicate`, at);
  if (name === "reduce")
    return { type: predicate.type, run: reducing(list, predicate, extra, weight) };
  if (extra && !isAssignable(extra.type, STRING)) {
    throw new ExpressionError('the order of "sortBy" is no string, expected "asc" or "desc"', at);
  }
  return { type: list.type, run: sorting(list, predicate, extra, weight) };
}

function visiting<C>(
  list: Code<C>,
  predicate: Code<C> | undefined,
  visit: Visit,
  weight: number,
): Evaluate<C> {
  return (machine) => inScope(machine, listOf(list, machine), visit, predicate?.run, weight);
}

function inScope<C>(
  machine: Machine<C>,
  list: List,
  visit: Visit,
  predicate: Evaluate<C> | undefined,
  weight: number,
): Value {
  const outer = machine.scope;
  const scope = { item: null as Value, index: 0, accumulator: null };
  machine.scope = scope;
  const result = visit(list, (item, index) => {
    machine.spend(weight);
    scope.item = item;
    scope.index = index;
    return predicate ? predicate(machine) : item;
  });
  machine.scope = outer;
  return result;
}

function reducing<C>(
  list: Code<C>,
  predicate: Code<C>,
  initial: Code<C> | undefined,
  weight: number,
): Evaluate<C> {
  return (machine) => {
    const elements = listOf(list, machine);
    const outer = machine.scope;
    const [first] = elements;
    if (!initial && first === undefined)
      throw new EvaluationError("cannot reduce nothing to a value");
    const start = initial ? initial.run(machine) : (first ?? null);
    const scope = { item: null as Value, index: 0, accumulator: start };
    machine.scope = scope;
    for (let i = initial ? 0 : 1; i < elements.length; i++) {
      machine.spend(weight);
      scope.item = elements[i] ?? null;
      scope.index = i;
      scope.accumulator = predicate.run(machine);
    }
    machine.scope = outer;
    return scope.accumulator;
  };
}

function sorting<C>(
  list: Code<C>,
  predicate: Code<C>,
  order: Code<C> | undefined,
  weight: number,
): Evaluate<C> {
  return (machine) => {
    const elements = listOf(list, machine);
    const given = order ? order.run(machine) : "asc";
    if (typeof given !== "string") throw unfit(given, "string");
    const sign = orderSign(given);
    machine.spend(elements.length * 8);
    const visit: Visit = (all, ask) => {
      const ranked = all.map((item, i) => ({ item, rank: ask(item, i) }));
      return ranked.toSorted((a, b) => sign * compare(a.rank, b.rank)).map(({ item }) => item);
    };
    return inScope(machine, elements, visit, predicate.run, weight);
  };
}

function listOf<C>({ run }: Code<C>, machine: Machine<C>): List {
  const value = run(machine);
  if (value instanceof Uint8Array) machine.spend(value.length);
  const elements = elementsOf(value);
  if (elements) return elements;
  throw unfit(value, "array");
}

function isTrue(value: Value): boolean {
  if (typeof value === "boolean") return value;
  throw unfit(value, "bool");
}

function countOf(list: List, ask: (item: Value, index: number) => Value): number {
  return list.filter((one, i) => isTrue(ask(one, i))).length;
}

function indexOrNil(index: number): Value {
  return index < 0 ? null : BigInt(index);
}
