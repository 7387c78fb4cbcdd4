import { describe, expect, it } from "vitest";
import type { BlockSettings } from "../../server/contract/plugin.ts";
import { udpSettings } from "../../server/contract/configured-udp.ts";
import { testDirective } from "../../testing/context.ts";
import { transport } from "./index.ts";

function settingsOf(text: string, before: Partial<BlockSettings> = {}): BlockSettings {
  const settings: BlockSettings = {
    listenOn: [],
    listenExcept: [],
    root: "",
    debug: false,
    ...before,
  };
  transport.configure?.(transport.parse(testDirective(text)), settings);
  return settings;
}

describe("transport", () => {
  it.each([
    ["transport", undefined, undefined],
    ["transport {\n udp auto\n}", undefined, undefined],
    ["transport {\n udp native\n}", "native", undefined],
    ["transport {\n udp node\n}", "node", undefined],
    ["transport {\n workers 0\n}", undefined, 0],
    ["transport {\n udp native\n workers 3\n}", "native", 3],
    ["transport {\n udp native\n udp auto\n}", undefined, undefined],
  ])("reads %j", (text, implementation, threads) => {
    expect(udpSettings(settingsOf(text).udp ?? {})).toEqual({ implementation, threads });
  });

  it.each([
    ["transport udp", 'Corefile:2: plugin/transport: unexpected argument "udp"'],
    ["transport {\n udp\n}", 'Corefile:3: plugin/transport: missing argument: "udp" takes 1'],
    ["transport {\n udp nativ\n}", 'Corefile:3: plugin/transport: unknown value "nativ"'],
    ["transport {\n workers -1\n}", "Corefile:3: plugin/transport: "],
    ["transport {\n workers 257\n}", "Corefile:3: plugin/transport: "],
    ["transport {\n threads 2\n}", 'Corefile:3: plugin/transport: unknown property "threads"'],
    [
      "transport {\n workers 2\n udp node\n}",
      'Corefile:3: plugin/transport: cannot use "workers": node:dgram has none, see "udp node"',
    ],
  ])("refuses %j", (text, message) => {
    expect(() => settingsOf(text)).toThrow(message);
  });

  it("refuses to set what multisocket has set", () => {
    const at = testDirective("multisocket 2").name;
    const before = { udp: { threads: { value: 2, at } } };
    expect(() => settingsOf("transport {\n workers 2\n}", before)).toThrow(
      'Corefile:3: plugin/transport: cannot use "workers": multisocket in line 2 sets it',
    );
  });
});
