import type { Directive } from "../../corefile/directive.ts";
import type { AnyPlugin, Plugin } from "../contract/plugin.ts";
import { definePlugin } from "../contract/plugin.ts";
import { blamed } from "./blamed.ts";
import { guardInstance } from "./guard-instance.ts";

/** Options, and the directive to blame. */
interface Blamed {
  readonly options: unknown;
  readonly directive: Directive;
}

type Inner = Required<Plugin<unknown>>;
type Outer = Required<Plugin<Blamed>>;

/** How each member is guarded; each of them, so that none is ignored. */
const GUARDS: { readonly [Key in keyof Outer]: (inner: Inner) => Outer[Key] } = {
  name: (inner) => inner.name,
  once: (inner) => inner.once,
  replaces: (inner) => inner.replaces,
  parse: (inner) => (directive) => {
    const options = blamed("parse", directive, () => inner.parse(directive));
    if (options instanceof Promise) {
      options.catch(() => {});
      throw directive.error('mistake of the plugin: "parse" has to answer at once');
    }
    return { options, directive };
  },
  merge: (inner) => (parsed) => {
    const [{ directive }] = parsed as readonly [Blamed, ...Blamed[]];
    const all = parsed.map(({ options }) => options);
    return { options: blamed("merge", directive, () => inner.merge(all)), directive };
  },
  reach:
    (inner) =>
    ({ options }, directive) =>
      blamed("reach", directive, () => inner.reach(options, directive)),
  warnings:
    (inner) =>
    ({ options }, directive, block) =>
      blamed("warnings", directive, () => [...inner.warnings(options, directive, block)]),
  configure:
    (inner) =>
    ({ options, directive }, settings) =>
      blamed("configure", directive, () => inner.configure(options, settings)),
  create:
    (inner) =>
    ({ options }, context) => {
      const { directive } = context;
      const instance: unknown = blamed("create", directive, () => inner.create(options, context));
      if (typeof instance !== "object" || instance === null || "then" in instance) {
        throw directive.error('mistake of the plugin: "create" has to return an instance, at once');
      }
      return guardInstance(inner.name, instance, directive);
    },
};

type Guard = (inner: Inner) => unknown;

/** A plugin whose mistakes are errors of the Corefile, at the directive that they are made with. */
export function guardPlugin(inner: Plugin<unknown>): AnyPlugin {
  const guarded = Object.entries(GUARDS).flatMap(([key, guardOf]: [string, Guard]) => {
    const isThere = inner[key as keyof Inner] !== undefined;
    return isThere ? [[key, guardOf(inner as Inner)] as const] : [];
  });
  // Each guard gives what its own member is; `parse` is there.
  return definePlugin(Object.fromEntries(guarded) as unknown as Plugin<Blamed>);
}
