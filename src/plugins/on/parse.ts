import { atLeastOne, noBody } from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { didYouMean } from "../../text/nearest-name.ts";
import { splitCommand } from "./split-command.ts";

const EVENTS = ["startup", "shutdown"] as const;

/** A command that an event runs. */
export interface Hook {
  readonly event: (typeof EVENTS)[number];
  readonly command: string;
  readonly args: readonly string[];
  /** Whether nobody waits for its end: `&` was behind it. */
  readonly isBackground: boolean;
}

/** `on EVENT COMMAND [ARG...] [&]` */
export function parseOn(directive: Directive): Hook {
  noBody(directive);
  const [at = directive.name, ...rest] = atLeastOne(directive);
  const event = parseEvent(directive, at);
  const words = split(directive, rest);
  const isBackground = words.length > 1 && words.at(-1) === "&";
  const [command = "", ...args] = isBackground ? words.slice(0, -1) : words;
  if (command === "") throw directive.error(`missing command: what is to run on ${event}?`);
  return { event, command, args, isBackground };
}

function parseEvent(directive: Directive, at: Token): Hook["event"] {
  const text = at.text.toLowerCase();
  const event = EVENTS.find((one) => one === text);
  if (event) return event;
  if (text === "certrenew") {
    const reason = "no certificate is renewed here, so the command would never run";
    throw directive.error(`cannot use event "${at.text}": ${reason}`, at);
  }
  const expected = EVENTS.map((one) => `"${one}"`).join(" or ");
  const hint = didYouMean(text, EVENTS);
  throw directive.error(`unknown event "${at.text}", expected ${expected}${hint}`, at);
}

function split(directive: Directive, tokens: readonly Token[]): string[] {
  const text = tokens.map((token) => token.text).join(" ");
  try {
    return splitCommand(text);
  } catch (error) {
    throw directive.error(`cannot parse command: ${(error as Error).message}`, tokens[0]);
  }
}
