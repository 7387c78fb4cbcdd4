import type { Directive } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { expandListenAddresses } from "../../server/listen-addresses.ts";
import type { BindOptions } from "./parse.ts";

/**
 * Looks at the machine's interfaces.
 * @throws {CorefileError} at the word that is neither an address nor an interface, or at the
 * directive if nothing is left to listen on.
 */
export function checkAddresses({ listenOn, except }: BindOptions, directive: Directive): void {
  for (const token of [...listenOn, ...except]) {
    expandOr([token.text], [], (reason) => tokenError(token, reason));
  }
  const texts = [listenOn, except].map((tokens) => tokens.map(({ text }) => text));
  expandOr(texts[0] ?? [], texts[1] ?? [], (reason) => directive.error(reason));
}

function expandOr(
  listenOn: readonly string[],
  except: readonly string[],
  toError: (reason: string) => Error,
): void {
  try {
    expandListenAddresses(listenOn, except);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw toError(reason.replace(/^C/, "c"));
  }
}
