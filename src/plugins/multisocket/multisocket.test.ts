import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import type { BlockSettings } from "../../server/contract/plugin.ts";
import { testDirective } from "../../testing/context.ts";
import { multisocket } from "./index.ts";

function threadsOf(text: string): number | undefined {
  const settings: BlockSettings = { listenOn: [], listenExcept: [], root: "", debug: false };
  multisocket.configure?.(multisocket.parse(testDirective(text)), settings);
  return settings.udp?.threads?.value;
}

describe("multisocket", () => {
  const cpus = availableParallelism();

  it.each([
    ["multisocket", cpus],
    ["multisocket 1", 1],
    ["multisocket 1024", cpus],
  ])("reads %j", (text, threads) => {
    expect(threadsOf(text)).toBe(threads);
  });

  it.each([
    ["multisocket 0", 'Corefile:2: plugin/multisocket: cannot parse "0"'],
    ["multisocket 1025", 'Corefile:2: plugin/multisocket: cannot parse "1025"'],
    ["multisocket many", 'Corefile:2: plugin/multisocket: cannot parse "many"'],
    ["multisocket 1 2", 'Corefile:2: plugin/multisocket: unexpected argument "2"'],
    ["multisocket 1 {\n}", "Corefile:2: plugin/multisocket: unexpected"],
  ])("refuses %j", (text, message) => {
    expect(() => threadsOf(text)).toThrow(message);
  });
});
