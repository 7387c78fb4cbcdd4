import { describe, expect, it } from "vitest";
import type { Name } from "../../dns/name.ts";
import type { BlockSettings } from "../../server/contract/plugin.ts";
import { testDirective } from "../../testing/context.ts";
import { metadata } from "./index.ts";

function zonesOf(text: string): string[] | undefined {
  const settings: BlockSettings = { listenOn: [], listenExcept: [], root: "", debug: false };
  metadata.configure?.(metadata.parse(testDirective(text)), settings);
  return settings.metadataZones?.map((zone: Name) => zone.toString());
}

describe("the directive metadata", () => {
  it.each([
    ["metadata", []],
    ["metadata example.com.", ["example.com."]],
    ["metadata example.com NET", ["example.com.", "net."]],
    ["metadata 10.0.0.0/24", ["0.0.10.in-addr.arpa."]],
  ])("%s is for %j", (text, zones) => {
    expect(zonesOf(text)).toEqual(zones);
  });

  it.each([
    ["metadata example.com {\n some_param\n}", 'Corefile:2: plugin/metadata: unexpected "{"'],
    ["metadata a..b", "Corefile:2: plugin/metadata: "],
  ])("%j is refused", (text, message) => {
    expect(() => metadata.parse(testDirective(text))).toThrow(message);
  });
});
