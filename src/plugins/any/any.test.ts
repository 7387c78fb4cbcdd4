import { describe, expect, it } from "vitest";
import { testDirective } from "../../testing/context.ts";
import { ask, testQuery } from "../../testing/query.ts";
import { serveAny } from "./any.ts";
import { any } from "./index.ts";

describe("any", () => {
  it("answers ANY with one short record, whatever the name, without authority", async () => {
    expect(await ask({ serve: serveAny }, testQuery("wWw.example.org.", "ANY"))).toEqual({
      rcode: "NOERROR",
      flags: "",
      answer: ['wWw.example.org. 8482 IN HINFO "ANY obsoleted" "See RFC 8482"'],
      authority: [],
      additional: [],
    });
  });

  it("leaves other questions alone", async () => {
    expect((await ask({ serve: serveAny }, testQuery("example.org.", "A"))).rcode).toBe("BADTRUNC");
  });

  it.each(["any all", "any {\n all\n}"])("refuses %j", (text) => {
    expect(() => any.parse(testDirective(text))).toThrow(/^Corefile:2: plugin\/any: unexpected/);
  });
});
