import { describe, expect, it } from "vitest";
import { readArguments } from "./arguments.ts";
import type { FlagTable } from "./flag-description.ts";

const TABLE: FlagTable = {
  port: { summary: "", value: "PORT", also: ["p"] },
  quiet: { summary: "" },
  "+short": { summary: "" },
  "+time": { summary: "", value: "SECONDS" },
};

describe("the arguments of a command", () => {
  it("know a flag by each of its names, and tell the first", () => {
    for (const args of [["-p", "1"], ["--port=1"], ["-port", "1"]]) {
      expect(readArguments(args, TABLE).values).toEqual(new Map([["port", "1"]]));
    }
  });

  it("have flags with a plus where the table has", () => {
    const { switches, values, words } = readArguments(["a", "+short", "+time=3", "-"], TABLE);
    expect([...switches, ...values, words]).toEqual(["+short", ["+time", "3"], ["a", "-"]]);
    expect(readArguments(["+short"], {}).words).toEqual(["+short"]);
  });

  it("name the flag that was meant as it is written", () => {
    expect(() => readArguments(["+shrot"], TABLE)).toThrow(
      "+shrot: there is none of that name, did you mean +short?",
    );
    expect(() => readArguments(["+short=1"], TABLE)).toThrow(
      'flag +short with "1": it takes no value',
    );
  });
});
