import { EvaluationError } from "../expression-error.ts";
import type { Machine } from "../machine.ts";
import { areEqual, compare, toIndex } from "../operations.ts";
import type { Type } from "../types.ts";
import { ARRAY, INT, MAP, STRING, UNKNOWN, elementOf, formatType } from "../types.ts";
import type { List, Value } from "../value.ts";
import { elementAt, elementsOf } from "../value.ts";
import { listAt, mapAt, stringAt, unfit } from "./arguments.ts";
import type { Builtin, BuiltinTable, Check } from "./builtin.ts";
import { checkArguments, checkCount, isOfKind, takesKind } from "./builtin.ts";

const LISTS = ["array", "bytes"] as const;

export const LIST_FUNCTIONS: BuiltinTable = {
  first: { check: takesKind(LISTS, elementOf), call: ([list = null]) => fetched(list, 0) },
  last: { check: takesKind(LISTS, elementOf), call: ([list = null]) => fetched(list, -1) },
  take: {
    check(args) {
      checkCount(args, 2, 2);
      const [list = UNKNOWN, count = UNKNOWN] = args;
      if (!isOfKind(list, LISTS)) throw new TypeError(`cannot take from ${formatType(list)}`);
      checkArguments([count], [INT]);
      return list;
    },
    call(args, machine) {
      const count = toIndex(args[1] ?? null);
      if (count < 0) throw new EvaluationError(`cannot take ${count} elements`);
      const list = listAt(args, 0);
      machine.spend(list.length);
      return list.slice(0, count);
    },
  },
  reverse: onList((list) => list.toReversed()),
  uniq: onList((list, machine) => {
    const unique: Value[] = [];
    for (const one of list) {
      machine.spend(unique.length);
      if (!unique.some((other) => areEqual(one, other, machine))) unique.push(one);
    }
    return unique;
  }),
  flatten: onList((list, machine) => flatten(list, machine)),
  concat: {
    check(args) {
      checkCount(args, 1, Infinity);
      const wrong = args.find((arg) => !isOfKind(arg, LISTS));
      if (wrong) throw new TypeError(`cannot take ${formatType(wrong)}, expected arrays`);
      return ARRAY;
    },
    call(args, machine) {
      const lists = args.map((_one, i) => listAt(args, i));
      for (const { length } of lists) machine.spend(length);
      return lists.flat();
    },
  },
  sort: {
    check(args) {
      checkArguments(args, [ARRAY, STRING], 1);
      return ARRAY;
    },
    call(args, machine) {
      const list = listAt(args, 0);
      const sign = args.length > 1 ? orderSign(stringAt(args, 1)) : 1;
      machine.spend(list.length * 8);
      return list.toSorted((a, b) => sign * compare(a, b));
    },
  },
  keys: onMap((map) => [...map.keys()]),
  values: onMap((map) => [...map.values()]),
  toPairs: onMap((map) => [...map]),
  fromPairs: { check: takesKind(LISTS, () => MAP), call: fromPairs },
  get: { check: checkGet, call: get },
};

/** 1 for ascending, -1 for descending. */
export function orderSign(order: string): number {
  if (order === "asc") return 1;
  if (order === "desc") return -1;
  throw new EvaluationError(`unknown order "${order}", expected "asc" or "desc"`);
}

/** A key that a map can have. */
export function keyOf(value: Value): Value {
  const isHashable = !elementsOf(value) && !(value instanceof Map);
  if (isHashable) return value;
  throw unfit(value, "key");
}

function onList(compute: (list: List, machine: Machine) => List): Builtin {
  return {
    check: takesKind(LISTS, () => ARRAY),
    call(args, machine) {
      const list = listAt(args, 0);
      machine.spend(list.length);
      return compute(list, machine);
    },
  };
}

function onMap(compute: (map: ReadonlyMap<Value, Value>) => List): Builtin {
  return {
    check: takesKind(["map"], () => ARRAY),
    call(args, machine) {
      const map = mapAt(args, 0);
      machine.spend(map.size);
      return compute(map);
    },
  };
}

function flatten(list: List, machine: Machine): List {
  return list.flatMap((one): List => {
    machine.spend(1);
    const elements = elementsOf(one);
    return elements ? flatten(elements, machine) : [one];
  });
}

function fromPairs(args: List, machine: Machine): Value {
  const list = listAt(args, 0);
  machine.spend(list.length);
  return new Map(
    list.map((pair): [Value, Value] => {
      const parts = elementsOf(pair);
      if (parts?.length !== 2) throw unfit(pair, "pair");
      const [key = null, value = null] = parts;
      return [keyOf(key), value];
    }),
  );
}

/** An element, nil where there is none. */
function fetched(value: Value, index: number): Value {
  return elementAt(value, index) ?? null;
}

function checkGet(args: Parameters<Check>[0]): Type {
  checkCount(args, 2, 2);
  const [of = UNKNOWN, key = UNKNOWN] = args;
  if (of.kind === "map") checkArguments([key], [of.key]);
  else if (isOfKind(of, LISTS)) checkArguments([key], of.kind === "unknown" ? [UNKNOWN] : [INT]);
  else throw new TypeError(`cannot take ${formatType(of)}, expected array or map`);
  return elementOf(of);
}

function get([of = null, key = null]: List): Value {
  if (of === null) return null;
  if (of instanceof Map) return (of as Map<Value, Value>).get(keyOf(key)) ?? null;
  return fetched(of, toIndex(key));
}
