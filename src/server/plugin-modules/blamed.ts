import { CorefileError } from "../../corefile/corefile-error.ts";
import type { Directive } from "../../corefile/directive.ts";

/** Calls it; whatever it throws is an error of the Corefile at this directive. */
export function blamed<T>(what: string, directive: Directive, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof CorefileError) throw cause;
    const error = directive.error(`mistake of the plugin: "${what}" has thrown: ${String(cause)}`);
    error.cause = cause;
    throw error;
  }
}
