import { describe, expect, it } from "vitest";
import { findPlugin } from "./find-plugin.ts";

const good = { api: 1, name: "a", parse: (): void => {}, create: (): object => ({}) };

describe("the plugin of a module", () => {
  it.each([
    [{ anything: good }],
    [{ default: good }],
    [{ default: good, again: good }],
    [{ other: { ...good, name: "b" }, good, helper: (): void => {}, text: "x", none: null }],
  ])("is the export of that name", (exports) => {
    expect(findPlugin(exports, "a")).toBe(good);
  });

  it.each<[object, string]>([
    [{}, 'it exports no plugin: expected definePlugin({ api: 1, name: "a" })'],
    [{ a: (): void => {} }, "it exports no plugin: expected"],
    [{ a: { ...good, name: "b" } }, 'it exports no plugin of that name, but "b"'],
    [{ a: { ...good, api: 2 } }, "it is written for api 2: this program has api 1"],
    [{ a: { ...good, api: undefined } }, "it does not say its api: this program has api 1"],
    [{ a: { name: "a", parse: good.parse } }, "it does not say its api: this program has api 1"],
    [{ a: { api: 1, name: "a" } }, 'it has no "parse"'],
    [{ a: { ...good, parse: "x" } }, 'its "parse" is no function'],
    [{ a: { ...good, once: 1 } }, 'its "once" is no boolean'],
    [{ a: { ...good, creat: good.create } }, 'it has "creat", which no plugin has: known are api'],
  ])("is missed or refused: %o", (exports, message) => {
    expect(() => findPlugin(exports, "a")).toThrow(message);
  });
});
