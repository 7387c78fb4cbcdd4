import { describe, expect, it } from "vitest";
import { pluginLogger } from "../../observe/log.ts";
import type { BlockSettings } from "../../server/contract/plugin.ts";
import { recordingLog, testDirective } from "../../testing/context.ts";
import { debug } from "./index.ts";

describe("debug", () => {
  it("makes the plugins of its server block log debug messages", () => {
    const settings: BlockSettings = { listenOn: [], listenExcept: [], root: "", debug: false };
    const { log, lines } = recordingLog();
    log.level = "info";
    pluginLogger(log, "hosts", settings.debug).debug("before");
    debug.configure?.(debug.parse(testDirective("debug")), settings);
    pluginLogger(log, "hosts", settings.debug).debug("after");
    expect(lines).toEqual(["debug: plugin/hosts: after"]);
  });

  it.each([
    ["debug on", 'Corefile:2: plugin/debug: unexpected argument "on": "debug" takes no argument'],
    ["debug {\n}", 'Corefile:2: plugin/debug: unexpected "{": "debug" has no properties'],
  ])("refuses %j", (text, message) => {
    expect(() => debug.parse(testDirective(text))).toThrow(message);
  });
});
