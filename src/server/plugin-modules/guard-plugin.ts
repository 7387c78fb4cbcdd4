import type { Directive } from "../../corefile/directive.ts";
import type { AnyPlugin, Instance, Plugin } from "../contract/plugin.ts";
import { definePlugin } from "../contract/plugin.ts";
import type { Reach, Warning } from "../contract/reach.ts";
import { blamed } from "./blamed.ts";
import { guardInstance } from "./guard-instance.ts";

/** Options, and the directive to blame. */
interface Blamed {
  readonly options: unknown;
  readonly directive: Directive;
}

/** A plugin whose mistakes are errors of the Corefile, at the directive that it read last. */
export function guardPlugin(plugin: Plugin<unknown>): AnyPlugin {
  const { name, once, replaces } = plugin;
  return definePlugin<Blamed>({
    name,
    ...(once === undefined ? {} : { once }),
    ...(replaces === undefined ? {} : { replaces }),
    parse(directive) {
      const options = blamed("parse", directive, () => plugin.parse(directive));
      if (options instanceof Promise) {
        options.catch(() => {});
        throw directive.error('mistake of the plugin: "parse" has to answer at once');
      }
      return { options, directive };
    },
    ...(plugin.merge && {
      merge([first, ...others]: readonly Blamed[]): Blamed {
        const { directive, options } = first as Blamed;
        const all = [options, ...others.map((one) => one.options)];
        return { options: blamed("merge", directive, () => plugin.merge?.(all)), directive };
      },
    }),
    ...(plugin.reach && {
      reach({ options }: Blamed, directive): Reach {
        return blamed("reach", directive, () => plugin.reach?.(options, directive) as Reach);
      },
    }),
    ...(plugin.warnings && {
      warnings({ options }: Blamed, directive, block): Iterable<Warning> {
        return blamed("warnings", directive, () => [
          ...(plugin.warnings?.(options, directive, block) ?? []),
        ]);
      },
    }),
    ...(plugin.configure && {
      configure({ options, directive }: Blamed, settings): void {
        blamed("configure", directive, () => plugin.configure?.(options, settings));
      },
    }),
    ...(plugin.create && {
      create({ options }: Blamed, context): Instance {
        const { directive } = context;
        const instance = blamed("create", directive, () => plugin.create?.(options, context));
        if (typeof instance !== "object" || instance === null || "then" in instance) {
          throw directive.error(
            'mistake of the plugin: "create" has to return an instance, at once',
          );
        }
        return guardInstance(name, instance, directive);
      },
    }),
  });
}
