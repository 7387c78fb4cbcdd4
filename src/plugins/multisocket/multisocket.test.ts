import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { udpSettings } from "../../server/contract/configured-udp.ts";
import type { BlockSettings } from "../../server/contract/plugin.ts";
import { testDirective } from "../../testing/context.ts";
import { multisocket } from "./index.ts";

function socketsOf(text: string): [threads?: number, sockets?: number] {
  const settings: BlockSettings = { listenOn: [], listenExcept: [], root: "", debug: false };
  multisocket.configure?.(multisocket.parse(testDirective(text)), settings);
  const { threads, sockets } = udpSettings(settings.udp ?? {});
  return [threads ?? -1, sockets ?? -1];
}

describe("multisocket", () => {
  const cpus = availableParallelism();

  it.each([
    ["multisocket", cpus, cpus],
    ["multisocket 1", 1, 1],
    ["multisocket 1024", cpus, 1024],
  ])("reads %j", (text, threads, sockets) => {
    expect(socketsOf(text)).toEqual([threads, sockets]);
  });

  it.each([
    ["multisocket 0", 'Corefile:2: plugin/multisocket: cannot parse "0"'],
    ["multisocket 1025", 'Corefile:2: plugin/multisocket: cannot parse "1025"'],
    ["multisocket many", 'Corefile:2: plugin/multisocket: cannot parse "many"'],
    ["multisocket 1 2", 'Corefile:2: plugin/multisocket: unexpected argument "2"'],
    ["multisocket 1 {\n}", "Corefile:2: plugin/multisocket: unexpected"],
  ])("refuses %j", (text, message) => {
    expect(() => socketsOf(text)).toThrow(message);
  });
});
