import { describe, expect, it } from "vitest";
import type { BlockSettings } from "../../server/contract/plugin.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { bind } from "./index.ts";

/** What the directives, each a text of its own, make of a server block's settings. */
function settingsOf(...directives: readonly string[]): BlockSettings {
  const settings: BlockSettings = { listenOn: [], listenExcept: [], root: "", debug: false };
  const options = bind.merge?.(directives.map((text) => bind.parse(testDirective(text))));
  bind.configure?.(options, settings);
  bind.create?.(options, testContext({ directive: directives[0] ?? "", settings }));
  return settings;
}

describe("bind", () => {
  it.each([
    ["bind 127.0.0.1", ["127.0.0.1"], []],
    ["bind 127.0.0.1 ::1", ["127.0.0.1", "::1"], []],
    [
      "bind 127.0.0.1 ::1 {\n except 127.0.0.1\n except 192.0.2.1 192.0.2.2\n}",
      ["127.0.0.1", "::1"],
      ["127.0.0.1", "192.0.2.1", "192.0.2.2"],
    ],
  ])("reads %j", (text, listenOn, listenExcept) => {
    expect(settingsOf(text)).toMatchObject({ listenOn, listenExcept });
  });

  it("adds up the directives of a block", () => {
    expect(settingsOf("bind 127.0.0.1", "bind 192.0.2.1 { \n except 192.0.2.9 \n}")).toMatchObject({
      listenOn: ["127.0.0.1", "192.0.2.1"],
      listenExcept: ["192.0.2.9"],
    });
  });

  it.each([
    ["bind", 'Corefile:2: plugin/bind: missing argument: "bind" takes 1 or more arguments'],
    ["bind ::1 {\n except\n}", 'Corefile:3: plugin/bind: missing argument: "except" takes'],
    ["bind ::1 {\n exept ::1\n}", 'Corefile:3: plugin/bind: unknown property "exept"'],
    [
      "bind nosuchif0",
      'Corefile:2: plugin/bind: cannot listen on "nosuchif0": neither an IP address nor an interface',
    ],
    ["bind ::1 {\n except nosuchif0\n}", 'Corefile:3: plugin/bind: cannot listen on "nosuchif0"'],
    [
      "bind ::1 {\n except 0::1\n}",
      'Corefile:2: plugin/bind: cannot listen on "::1": all addresses are excepted',
    ],
  ])("refuses %j", (text, message) => {
    expect(() => settingsOf(text)).toThrow(message);
  });

  it("refuses to except in one directive what another one names", () => {
    const directives = ["bind 127.0.0.1", "bind ::1 {\n except 127.0.0.1\n}"];
    expect(() => settingsOf(...directives)).toThrow(
      'Corefile:3: plugin/bind: cannot except "127.0.0.1": another "bind" of the block names it',
    );
  });
});
