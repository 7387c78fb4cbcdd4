import { atLeastOne, noBody, subDirectives } from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";

/** Addresses and interface names, as written. */
export interface BindOptions {
  readonly listenOn: Token[];
  readonly except: Token[];
}

const PROPERTIES: Record<string, (sub: Directive, options: BindOptions) => void> = {
  except(sub, options) {
    noBody(sub);
    options.except.push(...atLeastOne(sub));
  },
};

/** Reads `bind ADDRESS|IFACE... { except ADDRESS|IFACE... }`. */
export function parseBind(directive: Directive): BindOptions {
  const listenOn = [...atLeastOne(directive)];
  return subDirectives(directive, PROPERTIES, { listenOn, except: [] });
}

/**
 * Joins the directives of a block.
 * @throws {CorefileError} if one excepts what another one names: the server has one list of each
 * for the whole block, so that cannot be both.
 */
export function mergeBinds(all: readonly BindOptions[]): BindOptions {
  for (const { except } of all) {
    for (const token of except) {
      const other = all.find((options) => {
        return (
          options.except !== except && options.listenOn.some(({ text }) => text === token.text)
        );
      });
      if (!other) continue;
      throw tokenError(
        token,
        `cannot except "${token.text}": another "bind" of the block names it`,
      );
    }
  }
  return {
    listenOn: all.flatMap(({ listenOn }) => listenOn),
    except: all.flatMap(({ except }) => except),
  };
}
