import { describe, expect, it } from "vitest";
import { Directive } from "../../src/corefile/directive.ts";
import type { AnyPlugin } from "../../src/server/contract/plugin.ts";
import { builtPlugins, documentedDirective, readmeOf, section } from "./readme.ts";
import type { Count } from "./usage.ts";
import { readSynopsis } from "./usage.ts";

/** No plugin has a property of this name. */
const NOBODYS = "nobodys-property";

const WRONG_COUNT = /missing argument|unexpected argument|takes no argument/;

/** Where something else is said first of one word too few or too many. */
const ELSE_SAID: Readonly<Record<string, RegExp>> = {
  "kubernetes labels": /bad label selector/, // A selector may have blanks in it.
  "kubernetes namespace_labels": /bad label selector/,
  on: /unknown event/,
  // All words behind are one expression.
  "template var": /cannot (declare|parse expression)/,
  "template expr": /cannot parse expression/,
  "view expr": /cannot parse expression/,
  "loadbalance reload": /there is no file of weights/,
};

describe.each(builtPlugins.map((plugin) => [plugin.name, plugin] as const))("%s", (_, plugin) => {
  const text = section(readmeOf(plugin), "Syntax");
  const { directive, properties } = readSynopsis(text);
  const example = documentedDirective(plugin);

  it("shows its own directive", () => {
    expect(directive.name).toBe(plugin.name);
  });

  it("shows the properties that it knows, and no others", () => {
    const known = knownProperties(plugin, example);
    const shown = properties.map(({ name }) => name);
    expect(shown.filter((name) => !known.includes(name))).toEqual([]);
    // What is refused or changes nothing needs a sentence.
    const said = [...text.matchAll(/`([a-z_0-9]+)`/g)].map(([, word]) => word);
    const silent = known.filter((name) => !shown.includes(name) && !said.includes(name));
    expect(silent).toEqual([]);
  });

  it("takes as many arguments as it shows", () => {
    const parse = (args: readonly string[]): string => failureOf(plugin, withArgs(example, args));
    expectCount(parse, directive.args, wrongCountOf(plugin));
  });

  it.each(properties.map(({ name, args }) => [name, args] as const))(
    "takes as many arguments of %s as it shows",
    (name, args) => {
      const parse = (words: readonly string[]): string =>
        failureOf(plugin, withBody(example, [withArgs(bare(example, name), words)]));
      expectCount(parse, args, wrongCountOf(plugin, name));
    },
  );
});

function wrongCountOf({ name }: AnyPlugin, property = ""): RegExp {
  const other = ELSE_SAID[`${name} ${property}`.trim()];
  return other ? new RegExp(`${WRONG_COUNT.source}|${other.source}`) : WRONG_COUNT;
}

/** Whatever else may be wrong with the words, it is not their number; one fewer or more is. */
function expectCount(
  failureWith: (args: readonly string[]) => string,
  { min, max }: Count,
  wrongCount: RegExp,
): void {
  const words = (count: number): string[] => Array.from({ length: count }, (_, i) => `word${i}`);
  const right = [min, max].filter(Number.isFinite);
  const wrong = [min - 1, max + 1].filter((count) => count >= 0 && Number.isFinite(count));
  for (const count of right) expect(failureWith(words(count))).not.toMatch(WRONG_COUNT);
  for (const count of wrong) expect(failureWith(words(count))).toMatch(wrongCount);
}

/** What the plugin says that it knows, to somebody who got the name wrong. */
function knownProperties(plugin: AnyPlugin, example: Directive): readonly string[] {
  const failure = failureOf(plugin, withBody(example, [bare(example, NOBODYS)]));
  if (/unexpected "\{"|there are none/.test(failure)) return [];
  const [, list] = /known are ([^)]*)/.exec(failure.split("\n")[0] ?? "") ?? [];
  if (list === undefined) throw new TypeError(`${plugin.name} says of a property: "${failure}"`);
  return list.split(", ");
}

/** What `parse` says; "" if nothing is wrong. */
function failureOf(plugin: AnyPlugin, directive: Directive): string {
  try {
    plugin.parse(directive);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

function bare({ name, scope }: Directive, text: string): Directive {
  const token = { ...name, text, scope };
  return new Directive({ name: token, args: [], body: [], hasBody: false, scope });
}

function withBody(directive: Directive, body: readonly Directive[]): Directive {
  const { name, args, scope } = directive;
  return new Directive({ name, args, body, hasBody: true, scope });
}

function withArgs({ name, scope }: Directive, args: readonly string[]): Directive {
  const tokens = args.map((text) => ({ ...name, text }));
  return new Directive({ name, args: tokens, body: [], hasBody: false, scope });
}
