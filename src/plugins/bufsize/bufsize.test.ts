import { describe, expect, it } from "vitest";
import type { BlockSettings } from "../../server/contract/plugin.ts";
import { testDirective } from "../../testing/context.ts";
import { bufsize } from "./index.ts";

function configured(text: string): number | undefined {
  const settings: BlockSettings = { listenOn: [], listenExcept: [], root: "", debug: false };
  bufsize.configure?.(bufsize.parse(testDirective(text)), settings);
  return settings.maxUdpOctets;
}

describe("bufsize", () => {
  it.each([
    ["bufsize", 1_232],
    ["bufsize 512", 512],
    ["bufsize 1100", 1_100],
    ["bufsize 4096", 1_232],
  ])("%s allows %d octets", (text, octets) => {
    expect(configured(text)).toBe(octets);
  });

  it.each([
    ["bufsize 511", "less than 512"],
    ["bufsize 4097", "more than 4096"],
    ["bufsize -1", "less than 512"],
    ["bufsize big", "not an integer"],
    ["bufsize 512 512", "unexpected argument"],
    ["bufsize {\n size 512\n}", "has no properties"],
  ])("refuses %j", (text, message) => {
    expect(() => bufsize.parse(testDirective(text))).toThrow(message);
    expect(() => bufsize.parse(testDirective(text))).toThrow(/^Corefile:2: plugin\/bufsize: /);
  });
});
