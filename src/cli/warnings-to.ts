import type { CorefileError } from "../corefile/corefile-error.ts";
import type { Directive } from "../corefile/directive.ts";
import type { Logger } from "../observe/log.ts";
import { createLogger } from "../observe/log.ts";
import type { BuildContext } from "../server/block-instances.ts";

/** Has warnings put into a list, each with its place: those that a plugin logs with that of its directive. */
export function warningsTo(list: CorefileError[]): NonNullable<BuildContext["warned"]> {
  return {
    take: (warning) => void list.push(warning),
    logOf: (directive) => logInto(list, directive),
  };
}

function logInto(list: CorefileError[], directive: Directive): Logger {
  return createLogger({
    level: "warn",
    format: "json",
    limits: { burst: Infinity, perSecond: 0 },
    destination: {
      write(line): void {
        const { msg } = JSON.parse(line) as { readonly msg?: string };
        list.push(directive.error(msg ?? ""));
      },
    },
  });
}
