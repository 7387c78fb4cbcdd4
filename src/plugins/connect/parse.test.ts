import { describe, expect, it } from "vitest";
import { testContext, testDirective } from "../../testing/context.ts";
import { Connect } from "./connect.ts";
import { parseConnect } from "./parse.ts";

describe("connect", () => {
  it("has what is left out", () => {
    expect(parseConnect(testDirective("connect"))).toEqual({
      range: { text: "127.96.0.0/12", first: 0x7f600000, count: 1 << 20 },
      idleMs: 1_800_000,
      maxNames: 1_000,
      maxConnections: 4_096,
    });
  });

  it("takes what is said", () => {
    const body = "range 127.80.0.0/24\nidle 1h\nnames 20\nconnections 100";
    expect(parseConnect(testDirective(`connect {\n${body}\n}`))).toEqual({
      range: { text: "127.80.0.0/24", first: 0x7f500000, count: 256 },
      idleMs: 3_600_000,
      maxNames: 20,
      maxConnections: 100,
    });
  });

  it.each([
    [
      "range 10.0.0.0/8",
      'Corefile:3: plugin/connect: invalid range "10.0.0.0/8": expected a range',
    ],
    ["range 127.0.0.1", 'invalid range "127.0.0.1"'],
    ["range 127.80.0.1/24", 'invalid range "127.80.0.1/24"'],
    ["range 127.80.0.0/30", 'invalid range "127.80.0.0/30"'],
    ["idle 1s", "plugin/connect"],
    ["names 0", "plugin/connect"],
    ["connections many", "plugin/connect"],
    ["rang 127.80.0.0/24", 'unknown property "rang": did you mean "range"?'],
  ])("refuses %j", (line, message) => {
    expect(() => parseConnect(testDirective(`connect {\n${line}\n}`))).toThrow(message);
  });

  it("refuses a block without a cluster", () => {
    const context = testContext({ directive: "connect" });
    const instance = new Connect(parseConnect(context.directive), context);
    expect(() => instance.connect()).toThrow(
      'Corefile:2: plugin/connect: nothing to connect to: add "kubernetes" to the server block',
    );
  });
});
