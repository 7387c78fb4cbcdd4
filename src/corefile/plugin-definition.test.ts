import { describe, expect, it } from "vitest";
import { parseCorefile } from "./corefile.ts";
import type { PluginDefinition } from "./plugin-definition.ts";

function definitions(text: string, files: Readonly<Record<string, string>> = {}): string[] {
  const plugins: PluginDefinition[] = [];
  parseCorefile(text, "Corefile", { plugins, readFile: (path) => files[path] ?? "" });
  return plugins.map(({ name, module, place }) => {
    const where = place ? ` ${place.side} ${place.plugin.text}` : "";
    return `${name.file}:${name.line} ${name.text} from ${module.text}${where}`;
  });
}

describe("a definition of a plugin", () => {
  it.each([
    ["plugin block from ./block.ts\n. {\n}", ["Corefile:1 block from ./block.ts"]],
    ["plugin a-b_2 from pkg before log", ["Corefile:1 a-b_2 from pkg before log"]],
    [
      '. {\n}\nplugin a from "./with space.js" after cache\nplugin b from @scope/b\n',
      ["Corefile:3 a from ./with space.js after cache", "Corefile:4 b from @scope/b"],
    ],
    ["(s) {\nplugin a from ./a.js\n}\nimport s\nwhoami.test {\n}", ["Corefile:2 a from ./a.js"]],
  ])("is read outside of blocks: %j", (text, expected) => {
    expect(definitions(text)).toEqual(expected);
  });

  it("may be imported, and then lies beside the file that has it", () => {
    const files = { "conf/plugins": "plugin a from ./a.js" };
    expect(definitions("import conf/plugins\n. {\n}", files)).toEqual([
      "conf/plugins:1 a from ./a.js",
    ]);
  });

  it.each([
    ["plugin {\nwhoami\n}", "plugin."],
    ["plugin example.org {\nwhoami\n}", "plugin. example.org."],
    ['"plugin" a\nwhoami', "plugin. a."],
    ["plugin\nwhoami", "plugin."],
  ])("is no server block for that zone: %j", (text, zones) => {
    const [block] = parseCorefile(text, "Corefile", { plugins: [] });
    expect(block?.keys.map(({ zone }) => zone).join(" ")).toBe(zones);
  });

  const syntax = 'a definition is "plugin NAME from MODULE [before|after PLUGIN]"';
  it.each([
    ["plugin a", `Expected more after "a": ${syntax}`],
    ["plugin a from", `Expected more after "from": ${syntax}`],
    ["plugin a ./a.js log", `Unexpected "./a.js": ${syntax}`],
    ["plugin a form ./a.js", `Unexpected "form": ${syntax}`],
    ["plugin a from ./a.js behind log", `Unexpected "behind": ${syntax}`],
    ["plugin a from ./a.js before", `Expected more after "before": ${syntax}`],
    ["plugin a from ./a.js before log cache", `Unexpected "cache": ${syntax}`],
    ["plugin A from ./a.js", 'Cannot name a plugin "A": expected lower-case letters'],
  ])("is refused: %s", (text, message) => {
    expect(() => definitions(`\n${text}\n. {\nwhoami\n}`)).toThrow(`Corefile:2: ${message}`);
  });

  it("is an error for whoever can load no plugins", () => {
    expect(() => parseCorefile("plugin a from ./a.js", "Corefile")).toThrow(
      'Corefile:1: Cannot define plugin "a" here',
    );
  });
});
