import { describe, expect, it } from "vitest";
import { parseCorefile } from "../../corefile/corefile.ts";
import { Faults } from "../../corefile/faults.ts";
import type { PluginDefinition } from "../../corefile/plugin-definition.ts";
import { plugins } from "../../plugins/index.ts";
import { definePlugin } from "../contract/plugin.ts";
import { pluginName } from "../plugin-order.ts";
import { placePlugins, requireFreeName } from "./place-plugins.ts";

const BASE = ["log", "errors", "cache", "forward"].map((name) =>
  definePlugin({ name, parse: () => undefined }),
);

function definitions(text: string): PluginDefinition[] {
  const found: PluginDefinition[] = [];
  parseCorefile(text, "Corefile", { plugins: found });
  return found;
}

function order(text: string): string {
  const faults = new Faults();
  const placed = definitions(text).map((definition) => {
    const plugin = definePlugin({ name: definition.name.text, parse: () => undefined });
    return { definition, plugin };
  });
  const all = placePlugins(placed, BASE, faults);
  faults.throwIfAny();
  return all.map(pluginName).join(" ");
}

describe("the place of a plugin", () => {
  it.each([
    ["plugin a from x", "log errors a cache forward"],
    ["plugin a from x\nplugin b from x", "log errors a b cache forward"],
    ["plugin a from x before log", "a log errors cache forward"],
    ["plugin a from x after forward", "log errors cache forward a"],
    ["plugin a from x after log\nplugin b from x after log", "log a b errors cache forward"],
    ["plugin a from x after log\nplugin b from x before a", "log b a errors cache forward"],
  ])("%j: %s", (text, expected) => {
    expect(order(text)).toBe(expected);
  });

  it("is next to one that there is", () => {
    expect(() => order("plugin a from x before cahe")).toThrow(
      'Corefile:1: Unknown plugin "cahe": did you mean "cache"?',
    );
  });
});

describe("the name of a plugin", () => {
  it.each([
    ["cache", "Portolan"],
    ["grpc", "CoreDNS"],
    ["import", "Portolan"],
  ])("is not %s", (name, owner) => {
    const [definition] = definitions(`plugin ${name} from x`);
    expect(() => definition && requireFreeName(definition.name, [...plugins, "grpc"])).toThrow(
      `Corefile:1: Cannot define plugin "${name}": ${owner} has something of that name`,
    );
  });
});
