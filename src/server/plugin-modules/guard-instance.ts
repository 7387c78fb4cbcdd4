import type { Directive } from "../../corefile/directive.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { guard, reportFault } from "../../observe/faults.ts";
import type { Instance } from "../contract/plugin.ts";
import type { Outcome, Result } from "../contract/reply.ts";
import { DROPPED, Reply } from "../contract/reply.ts";
import { inTime } from "../in-time.ts";
import { blamed } from "./blamed.ts";

/** What an instance may take for what others wait for. */
export const MAX_SECONDS = { serve: 10, check: 10, start: 10, ready: 30, drain: 30 } as const;

type Members = Required<Instance>;
type Guard = (inner: Members, plugin: string, at: Directive) => unknown;

/** How each member is guarded; each of them, so that none is ignored. */
type Guards = {
  readonly [Key in keyof Members]: (inner: Members, plugin: string, at: Directive) => Members[Key];
};

const GUARDS: Guards = {
  serve: (inner, plugin) => (query, next) => checked(plugin, inner.serve(query, next)),
  open: (inner, plugin) => (query, packet) =>
    orElse(`plugin/${plugin}: open`, Rcode.SERVFAIL, () => rcodeOf(inner.open(query, packet))),
  accepts: (inner) => inner.accepts,
  isCommonOnly: (inner) => inner.isCommonOnly,
  refusesOthers: (inner) => inner.refusesOthers,
  passesOption: (inner, plugin) => (code) =>
    orElse(`plugin/${plugin}: passesOption`, false, () =>
      Boolean(inner.passesOption(code) as unknown),
    ),
  passable: (inner) => inner.passable,
  httpAddress: (inner) => inner.httpAddress,
  offers: (inner) => inner.offers,
  connect: (inner, _plugin, at) => () => blamed("connect", at, () => inner.connect()),
  view({ view }, plugin) {
    const what = `plugin/${plugin}: view "${view.name}"`;
    const takes: typeof view.takes = (query) =>
      orElse(what, false, () => Boolean(view.takes(query) as unknown));
    return { name: view.name, takes };
  },
  metadata({ metadata }, plugin) {
    const values = Object.entries(metadata).map(([label, value]) => {
      const what = `plugin/${plugin}: metadata "${label}"`;
      const guarded: typeof value = (...args) => orElse(what, "", () => textOf(value(...args)));
      return [label, guarded] as const;
    });
    return Object.fromEntries(values);
  },
  // What this one throws, the server contains; so of `stop`, which it does not wait for without end either.
  observe: (inner) => (exchange) => inner.observe(exchange),
  unservedObserver: (inner, plugin) => (server) =>
    orElse(`plugin/${plugin}: unservedObserver`, ignore, () => inner.unservedObserver(server)),
  observeRepeats: (inner, plugin) => (qname) => {
    const observer = inner.observeRepeats(qname);
    if (!observer) return undefined;
    const what = `plugin/${plugin}: countRepeats`;
    return { countRepeats: guard(what, (queries) => observer.countRepeats(queries)) };
  },
  check: (inner) => async () => bounded("check", inner.check()),
  start: (inner) => async () => bounded("start", inner.start()),
  ready: (inner) => async () => bounded("ready", inner.ready()),
  drain: (inner) => async () => bounded("drain", inner.drain()),
  stop: (inner) => () => inner.stop(),
  serving: (inner, plugin) => guard(`plugin/${plugin}: serving`, () => inner.serving()),
  notReady: (inner, plugin) => () =>
    orElse(`plugin/${plugin}: notReady`, "its notReady has thrown, see the log", () =>
      inner.notReady(),
    ),
};

/**
 * An instance that answers with a reply or a failure, in time, and whose other mistakes are told and
 * change nothing: nobody has tested it with this program.
 */
export function guardInstance(plugin: string, inner: Instance, at: Directive): Instance {
  const guarded = Object.entries(GUARDS).flatMap(([key, guardOf]: [string, Guard]) => {
    const isThere = inner[key as keyof Members] !== undefined;
    return isThere ? [[key, guardOf(inner as Members, plugin, at)] as const] : [];
  });
  // Each guard gives what its own member is.
  return Object.fromEntries(guarded);
}

async function bounded(step: keyof typeof MAX_SECONDS, work: unknown): Promise<void> {
  const seconds = MAX_SECONDS[step];
  if (await inTime(Promise.resolve(work), seconds * 1_000)) return;
  throw new Error(`mistake of the plugin: "${step}" still at work after ${seconds} s`);
}

/** A plugin in JavaScript may answer with anything, or with nothing, or never. */
function checked(plugin: string, result: unknown): Result {
  if (!isThenable(result)) return requireOutcome(plugin, result);
  const outcome = Promise.resolve(result).then((one) => requireOutcome(plugin, one));
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`plugin/${plugin}: no answer after ${MAX_SECONDS.serve} s`));
  }, MAX_SECONDS.serve * 1_000);
  return Promise.race([outcome, promise]).finally(() => clearTimeout(timer));
}

function requireOutcome(plugin: string, value: unknown): Outcome {
  if (value instanceof Reply || value === DROPPED) return value;
  const found = value === undefined ? "nothing" : `a value of type ${typeof value}`;
  throw new TypeError(`plugin/${plugin}: "serve" returned ${found}: expected a Reply or DROPPED`);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value;
}

/** What is no text is worth nothing to those who compare it. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError(`expected a string, found a value of type ${typeof value}`);
}

function rcodeOf(value: unknown): number {
  if (typeof value === "number" && value >= 0 && value <= 0xfff) return value;
  throw new TypeError(`expected a response code, found a value of type ${typeof value}`);
}

/** Calls it; if it throws, tells of that and goes on with something else. */
function orElse<T>(what: string, other: T, action: () => T): T {
  try {
    return action();
  } catch (error) {
    reportFault(what, error);
    return other;
  }
}

function ignore(): void {}
