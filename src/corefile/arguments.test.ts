import { describe, expect, test } from "vitest";
import * as helpers from "./arguments.ts";
import { parseCorefile } from "./corefile.ts";
import type { Directive, Token } from "./directive.ts";

function directive(text: string): Directive {
  const [found] = parseCorefile(`. {\n${text}\n}`, "Corefile", { env: {} })[0]?.directives ?? [];
  if (!found) throw new TypeError("Cannot test: there is no directive");
  return found;
}

function argument(text: string): Token {
  return helpers.oneArgument(directive(`cache ${text}`));
}

/** Matches the CorefileError with this message, by the plugin of these tests. */
function refusal(message: string, line = 2): unknown {
  const whole = `Corefile:${line}: plugin/cache: ${message}`;
  return expect.objectContaining({ name: "CorefileError", message: whole });
}

describe("counting arguments", () => {
  test("no, one, some, a range", () => {
    helpers.noArguments(directive("cache"));
    expect(helpers.oneArgument(directive("cache a")).text).toBe("a");
    expect(helpers.atLeastOne(directive("cache a b")).map(({ text }) => text)).toEqual(["a", "b"]);
    expect(helpers.argumentRange(directive("cache a"), 0, 2)).toHaveLength(1);
  });

  test("too many or too few are refused", () => {
    const one = directive("cache a");
    const none = directive("cache");
    expect(() => helpers.noArguments(one)).toThrow(
      refusal('unexpected argument "a": "cache" takes no argument'),
    );
    expect(() => helpers.oneArgument(none)).toThrow(
      refusal('missing argument: "cache" takes 1 argument, found none'),
    );
    expect(() => helpers.oneArgument(directive("cache a b"))).toThrow(
      refusal('unexpected argument "b": "cache" takes 1 argument'),
    );
    expect(() => helpers.atLeastOne(none)).toThrow(
      refusal('missing argument: "cache" takes 1 or more arguments, found none'),
    );
    expect(() => helpers.argumentRange(one, 2, 3)).toThrow(
      refusal('missing argument: "cache" takes 2 to 3 arguments, found 1'),
    );
  });

  test("a body where none belongs is refused", () => {
    helpers.noBody(directive("cache"));
    expect(() => helpers.noBody(directive("cache { }"))).toThrow(
      refusal('unexpected "{": "cache" has no properties'),
    );
  });
});

describe("integers and numbers", () => {
  test.each([
    ["0", 0],
    ["30", 30],
    ["-5", -5],
    ["+7", 7],
  ])("%s is %d", (text, value) => {
    expect(helpers.parseInteger(argument(text))).toBe(value);
    expect(helpers.parseNumber(argument(text))).toBe(value);
  });
  test.each([
    ["1.5", 1.5],
    [".5", 0.5],
    ["1e3", 1000],
  ])("number %s is %d", (text, value) => {
    expect(helpers.parseNumber(argument(text))).toBe(value);
    expect(() => helpers.parseInteger(argument(text))).toThrow(
      refusal(`cannot parse "${text}": not an integer`),
    );
  });
  test.each(["abc", '""', "0x10", "1_000", "Infinity", "NaN", "1s"])("%s is none", (text) => {
    const found = text.replaceAll('"', "");
    expect(() => helpers.parseInteger(argument(text))).toThrow(
      refusal(`cannot parse "${found}": not an integer`),
    );
    expect(() => helpers.parseNumber(argument(text))).toThrow(
      refusal(`cannot parse "${found}": not a number`),
    );
  });
  test("bounds hold", () => {
    const bounds = { min: 1, max: 10 };
    expect([
      helpers.parseInteger(argument("1"), bounds),
      helpers.parseInteger(argument("10"), bounds),
    ]).toEqual([1, 10]);
    expect(() => helpers.parseInteger(argument("0"), bounds)).toThrow(
      refusal('cannot parse "0": less than 1'),
    );
    expect(() => helpers.parseNumber(argument("10.1"), bounds)).toThrow(
      refusal('cannot parse "10.1": more than 10'),
    );
    expect(() => helpers.parseInteger(argument("9".repeat(20)))).toThrow(
      refusal(`cannot parse "${"9".repeat(20)}": out of range`),
    );
    expect(() => helpers.parseNumber(argument("1e999"))).toThrow(
      refusal('cannot parse "1e999": out of range'),
    );
  });
  test("ports", () => {
    expect(helpers.parsePort(argument("53"))).toBe(53);
    expect(helpers.parsePort(argument("0"), { min: 0 })).toBe(0);
    expect(() => helpers.parsePort(argument("0"))).toThrow(
      refusal('cannot parse "0": less than 1'),
    );
    expect(() => helpers.parsePort(argument("65536"))).toThrow(
      refusal('cannot parse "65536": more than 65535'),
    );
  });
});

describe("durations", () => {
  test.each([
    ["300ms", 300],
    ["10s", 10_000],
    ["1.5s", 1_500],
    ["1.s", 1_000],
    [".5m", 30_000],
    ["1h30m", 5_400_000],
    ["2us", 0.002],
    ["2µs", 0.002],
    ["5ns", 0.000_005],
    ["+1s", 1_000],
    ["0", 0],
    ["-0", 0],
  ])("%s is %d ms", (text, ms) => {
    expect(helpers.parseDurationMs(argument(text))).toBeCloseTo(ms, 9);
  });
  test.each(["10", "s", "1d", "1 s", "1s2", "1..5s", ".s", "--1s", "abc", "300000h1000000000h"])(
    "%j is none",
    (text) => {
      const message = `cannot parse "${text}": not a duration such as "10s" or "1h30m"`;
      expect(() => helpers.parseDurationMs(argument(`"${text}"`))).toThrow(refusal(message));
    },
  );
  test("bare seconds only where they are allowed", () => {
    expect(helpers.parseDurationMs(argument("30"), { bareSeconds: true })).toBe(30_000);
    expect(helpers.parseDurationMs(argument("30m"), { bareSeconds: true })).toBe(1_800_000);
    const message = 'cannot parse "x": not a duration such as "30", "10s" or "1h30m"';
    expect(() => helpers.parseDurationMs(argument("x"), { bareSeconds: true })).toThrow(
      refusal(message),
    );
  });
  test("bounds hold, and nothing is below 0 unless asked for", () => {
    expect(() => helpers.parseDurationMs(argument("-1s"))).toThrow(
      refusal('cannot parse "-1s": less than 0 ms'),
    );
    expect(helpers.parseDurationMs(argument("-1s"), { min: -2_000 })).toBe(-1_000);
    expect(() => helpers.parseDurationMs(argument("1h"), { max: 1_000 })).toThrow(
      refusal('cannot parse "1h": more than 1000 ms'),
    );
  });
});

describe("words", () => {
  test("on and off", () => {
    expect([helpers.parseOnOff(argument("on")), helpers.parseOnOff(argument("off"))]).toEqual([
      true,
      false,
    ]);
    expect(() => helpers.parseOnOff(argument("yes"))).toThrow(
      refusal('unknown value "yes", expected "on", "off"'),
    );
  });
  test("choices", () => {
    const policies = ["random", "round_robin"] as const;
    expect(helpers.parseChoice(argument("random"), policies)).toBe("random");
    const message =
      'unknown value "randm", expected "random", "round_robin": did you mean "random"?';
    expect(() => helpers.parseChoice(argument("randm"), policies)).toThrow(refusal(message));
  });
  test("zones", () => {
    const { args } = directive("cache Example.org tls://a:53 10.0.0.0/15 .");
    const zones = ["example.org.", "a.", "0.10.in-addr.arpa.", "1.10.in-addr.arpa.", "."];
    expect(helpers.parseZones(args).map(String)).toEqual(zones);
    expect(() => helpers.parseZones(directive("cache a..b").args)).toThrow(
      refusal('bad zone: Cannot parse name "a..b.": empty label'),
    );
  });
});

const table = {
  success: (sub: Directive, target: string[]) => {
    target.push(`success ${helpers.oneArgument(sub).text}`);
  },
  denial: (sub: Directive, target: string[]) => {
    target.push(`denial ${helpers.oneArgument(sub).text}`);
  },
};

function readTable(text: string): string[] {
  const target: string[] = [];
  return helpers.subDirectives(directive(text), table, target);
}

describe("sub-directives", () => {
  test("are read in the order of the file", () => {
    const read = readTable("cache {\ndenial 1\nsuccess 2\ndenial 3\n}");
    expect(read).toEqual(["denial 1", "success 2", "denial 3"]);
  });
  test.each([
    ["sucess", 'did you mean "success"? (known are success, denial)'],
    ["zzz", "known are success, denial"],
    ["constructor", "known are success, denial"],
    ["__proto__", "known are success, denial"],
  ])("unknown %s is refused where it stands", (name, hint) => {
    const expected = `unknown property "${name}": ${hint}`;
    expect(() => readTable(`cache {\n${name} 1\n}`)).toThrow(refusal(expected, 3));
  });
  test("errors in their arguments name the plugin", () => {
    const expected = 'missing argument: "success" takes 1 argument, found none';
    expect(() => readTable("cache {\nsuccess\n}")).toThrow(refusal(expected, 3));
  });
});
