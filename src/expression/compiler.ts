import type { Entry, Environment } from "./environment.ts";
import { EvaluationError, ExpressionError } from "./expression-error.ts";
import { checkCall, takes } from "./functions/builtin.ts";
import { BUILTINS } from "./functions/builtins.ts";
import {
  coalesce,
  conditionType,
  constant,
  sequence,
  spending,
  truth,
  typeOf,
  unary,
  valueOf,
  values,
} from "./code.ts";
import type { Code, Evaluate } from "./machine.ts";
import { compileChain, compileMember, compileSlice, isCut } from "./members.ts";
import { compileOperator } from "./operators.ts";
import { compilePredicateCall } from "./predicates.ts";
import type { Node, NodeOf } from "./syntax.ts";
import { PREDICATE_FUNCTIONS } from "./syntax.ts";
import type { Type } from "./types.ts";
import * as types from "./types.ts";
import type { Value } from "./value.ts";
import { Callable, kindOf } from "./value.ts";

const LITERAL_TYPES: Readonly<Record<string, Type>> = {
  nil: types.NIL,
  bool: types.BOOL,
  int: types.INT,
  float: types.FLOAT,
  string: types.STRING,
  bytes: types.BYTES,
};

/** Methods of dates may take some microseconds. */
const METHOD_WORK = 50;

interface Pointers {
  readonly element: Type;
  /** `#index`, `#acc`, where the function has them. */
  readonly names: readonly string[];
}

/** Makes functions of an expression's parts, and looks whether their types fit. */
export class Compiler<C> {
  /** What it needs of the environment; and `now`. */
  readonly uses = new Set<string>();
  /** Calls of the environment's functions with a string that is known: name and string. */
  readonly literalCalls: { readonly name: string; readonly argument: string }[] = [];
  readonly #environment: Environment<C>;
  #variables: readonly { readonly name: string; readonly type: Type }[] = [];
  readonly #pointers: Pointers[] = [];
  #nodeCount = 0;

  /** How each kind of part is compiled. */
  readonly #ways: { readonly [Kind in Node["kind"]]: (node: NodeOf<Kind>) => Code<C> } = {
    literal: ({ value }) => constant(value, LITERAL_TYPES[kindOf(value)] ?? types.UNKNOWN),
    name: (node) => this.#name(node),
    pointer: (node) => this.#pointer(node),
    unary: (node) => unary(node, this.compile(node.operand)),
    binary: (node) => this.#binary(node),
    member: (node) => this.#member(node),
    chain: ({ of }) => compileChain(this.compile(of)),
    slice: ({ at, of, from, to }) => {
      return compileSlice(at, this.compile(of), from && this.compile(from), to && this.compile(to));
    },
    call: (node) => this.#call(node),
    builtin: (node) => this.#builtin(node),
    let: (node) => this.#let(node),
    sequence: ({ parts }) => sequence(parts.map((part) => this.compile(part))),
    condition: (node) => this.#condition(node),
    array: (node) => this.#array(node),
    map: (node) => this.#map(node),
  };

  constructor(environment: Environment<C>) {
    this.#environment = environment;
  }

  /** @throws {ExpressionError} */
  compile(node: Node): Code<C> {
    this.#nodeCount++;
    return (this.#ways[node.kind] as (node: Node) => Code<C>)(node);
  }

  #entry(name: string): Entry<C> | undefined {
    const isOwn = Object.hasOwn(this.#environment, name);
    return isOwn ? this.#environment[name] : undefined;
  }

  #name({ name, at }: NodeOf<"name">): Code<C> {
    const index = this.#variables.findLastIndex((one) => one.name === name);
    const variable = this.#variables[index];
    if (variable) return { type: variable.type, run: ({ variables }) => variables[index] ?? null };
    if (name === "$env") return this.#wholeEnvironment();
    const entry = this.#entry(name);
    if (!entry) throw this.#unknownName(name, at);
    this.uses.add(name);
    return { type: entry.type, run: ({ context }) => valueOf(entry, context) };
  }

  #unknownName(name: string, at: number): ExpressionError {
    const known = Object.keys(this.#environment).toSorted().join(" ");
    const isFunction = BUILTINS.has(name) || PREDICATE_FUNCTIONS.has(name);
    const state = isFunction
      ? "is a function: expected its arguments"
      : `is unknown: known are ${known}`;
    return new ExpressionError(`"${name}" ${state}`, at);
  }

  #wholeEnvironment(): Code<C> {
    const entries = Object.entries(this.#environment);
    for (const [name] of entries) this.uses.add(name);
    return {
      type: types.UNKNOWN,
      run: ({ context }) => new Map(entries.map(([name, one]) => [name, valueOf(one, context)])),
    };
  }

  #pointer({ name, at }: NodeOf<"pointer">): Code<C> {
    const pointers = this.#pointers.at(-1);
    if (name === "" && pointers) return { type: pointers.element, run: ({ scope }) => scope.item };
    if (!pointers?.names.includes(name)) {
      throw new ExpressionError(`"#${name}" has no meaning in this function`, at);
    }
    if (name === "acc") return { type: types.UNKNOWN, run: ({ scope }) => scope.accumulator };
    return { type: types.INT, run: ({ scope }) => BigInt(scope.index) };
  }

  #binary(node: NodeOf<"binary">): Code<C> {
    const { operator, at } = node;
    const [left, right] = [this.compile(node.left), this.compile(node.right)];
    if (operator === "??") return coalesce(left, right);
    const isAnd = operator === "&&" || operator === "and";
    if (!isAnd && operator !== "||" && operator !== "or") return compileOperator(node, left, right);
    if (!types.areBoth(left.type, right.type, "bool")) {
      const found = `${types.formatType(left.type)} and ${types.formatType(right.type)}`;
      throw new ExpressionError(`cannot do "${operator}" with ${found}`, at);
    }
    return {
      type: types.BOOL,
      run: (machine) => (truth(left.run(machine)) === isAnd ? right.run(machine) : !isAnd),
    };
  }

  #member(node: NodeOf<"member">): Code<C> {
    const { key, at } = node;
    const name = key.kind === "literal" && typeof key.value === "string" ? key.value : undefined;
    const isEnvironment = node.of.kind === "name" && node.of.name === "$env";
    if (isEnvironment && name !== undefined && !node.isOptional && !this.#entry(name)) {
      throw this.#unknownName(name, at);
    }
    return compileMember(node, this.compile(node.of), this.compile(key), name);
  }

  #call({ callee, args: nodes, at }: NodeOf<"call">): Code<C> {
    const { type, run } = this.compile(callee);
    const args = nodes.map((arg) => this.compile(arg));
    const name = callee.kind === "name" ? callee.name : "function";
    if (type.kind === "function") {
      checkCall(name, takes(type.parameters, type.result), args.map(typeOf), at);
    } else if (!types.isUnknown(type)) {
      throw new ExpressionError(`cannot call a ${types.formatType(type)}`, at);
    }
    const entry = callee.kind === "name" ? this.#entry(callee.name) : undefined;
    const isShadowed = this.#variables.some((one) => one.name === name);
    if (entry && "call" in entry && !isShadowed) {
      const [first] = nodes;
      if (first?.kind === "literal" && typeof first.value === "string") {
        this.literalCalls.push({ name, argument: first.value });
      }
      return {
        type: entry.type.result,
        run: (machine) => entry.call(values(args, machine), machine.context),
      };
    }
    return {
      type: type.kind === "function" ? type.result : types.UNKNOWN,
      run(machine) {
        const called = run(machine);
        if (isCut(called)) return called;
        if (!(called instanceof Callable))
          throw new EvaluationError(`cannot call a ${kindOf(called)}`);
        machine.spend(METHOD_WORK);
        return called.call(values(args, machine));
      },
    };
  }

  #builtin({ name, args: nodes, at }: NodeOf<"builtin">): Code<C> {
    if (PREDICATE_FUNCTIONS.has(name)) return this.#predicateCall(name, nodes, at);
    const builtin = BUILTINS.get(name);
    if (!builtin) throw this.#unknownName(name, at);
    if (name === "now") this.uses.add(name);
    const args = nodes.map((arg) => this.compile(arg));
    const type = checkCall(name, builtin.check, args.map(typeOf), at);
    return { type, run: (machine) => builtin.call(values(args, machine), machine) };
  }

  #predicateCall(name: string, nodes: readonly Node[], at: number): Code<C> {
    const [listNode, predicateNode, extraNode] = nodes;
    if (!listNode) throw new ExpressionError(`"${name}" has no argument, expected an array`, at);
    const list = this.compile(listNode);
    if (!types.hasElements(list.type)) {
      const found = types.formatType(list.type);
      throw new ExpressionError(`"${name}" cannot look into ${found}, expected array`, listNode.at);
    }
    const names = { map: ["index"], reduce: ["index", "acc"] }[name] ?? [];
    this.#pointers.push({ element: types.elementOf(list.type), names });
    const before = this.#nodeCount;
    const predicate = predicateNode && this.compile(predicateNode);
    const weight = 1 + this.#nodeCount - before;
    this.#pointers.pop();
    const extra = extraNode && this.compile(extraNode);
    const call = { name, at: predicateNode?.at ?? at, weight };
    return compilePredicateCall(call, list, predicate, extra);
  }

  #let({ name, value: valueNode, body: bodyNode, at }: NodeOf<"let">): Code<C> {
    const isTaken =
      this.#entry(name) !== undefined ||
      BUILTINS.has(name) ||
      PREDICATE_FUNCTIONS.has(name) ||
      this.#variables.some((one) => one.name === name);
    if (isTaken) throw new ExpressionError(`cannot declare "${name}": there is one already`, at);
    const value = this.compile(valueNode);
    const outer = this.#variables;
    this.#variables = [...outer, { name, type: value.type }];
    const index = outer.length;
    const body = this.compile(bodyNode);
    this.#variables = outer;
    return {
      type: body.type,
      run(machine) {
        machine.variables[index] = value.run(machine);
        return body.run(machine);
      },
    };
  }

  #condition(node: NodeOf<"condition">): Code<C> {
    const test = this.compile(node.test);
    if (!types.isAssignable(test.type, types.BOOL)) {
      const found = types.formatType(test.type);
      throw new ExpressionError(`a condition is ${found}, expected bool`, node.test.at);
    }
    const [yes, no] = [this.compile(node.yes), this.compile(node.no)];
    return {
      type: conditionType(yes.type, no.type),
      run: (machine) => (truth(test.run(machine)) ? yes.run(machine) : no.run(machine)),
    };
  }

  #array({ elements: nodes }: NodeOf<"array">): Code<C> {
    const elements = nodes.map((one) => this.compile(one));
    const kinds = new Set(elements.map(({ type }) => type.kind));
    const last = elements.at(-1)?.type;
    const type = last && kinds.size === 1 ? types.arrayOf(last) : types.ARRAY;
    if (nodes.every(({ kind }) => kind === "literal")) {
      const list = nodes.map((one) => (one as NodeOf<"literal">).value);
      return spending(constant(list, type), list.length);
    }
    return spending({ type, run: (machine) => values(elements, machine) }, elements.length);
  }

  #map({ pairs: nodes }: NodeOf<"map">): Code<C> {
    const pairs = nodes.map(({ key, value }) => [this.compile(key), this.compile(value)] as const);
    const run: Evaluate<C> = (machine) => {
      return new Map(
        pairs.map(([key, value]): [Value, Value] => {
          const name = key.run(machine);
          if (typeof name !== "string") throw new EvaluationError(`a ${kindOf(name)} is no key`);
          return [name, value.run(machine)];
        }),
      );
    };
    return spending({ type: types.LITERAL_MAP, run }, pairs.length);
  }
}
