import { describe, expect, it } from "vitest";
import { Flag } from "../../dns/header.ts";
import { parseMessage } from "../../dns/message.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { encodeReply } from "../../server/pipeline/encode-reply.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { testQuery } from "../../testing/query.ts";
import { header } from "./index.ts";

const NAMES = ["AA", "RA", "RD"] as const;

function create(...directives: readonly string[]): Instance {
  const all = directives.map((text) => header.parse(testDirective(text)));
  const instance = header.create?.(header.merge?.(all), testContext());
  if (!instance) throw new Error("no instance");
  return instance;
}

function namesOf(flags: number): string {
  return NAMES.filter((name) => (flags & Flag[name]) !== 0).join(" ");
}

/** Flags of the query as the next plugin sees it, and of the reply as it is sent. */
async function flagsOf(
  instance: Instance,
  asked: number,
  replied: number,
): Promise<{ seen: string; sent: string }> {
  let seen = 0;
  const query = testQuery("a.test.", "A", { flags: asked });
  const outcome = await instance.serve?.(query, (given: Query) => {
    seen = given.flags;
    return new Reply(0, replied);
  });
  if (!(outcome instanceof Reply)) throw new Error("no reply");
  const sent = parseMessage(encodeReply(query, outcome))?.flags ?? 0;
  return { seen: namesOf(seen), sent: namesOf(sent) };
}

describe("header", () => {
  it.each([
    ["response set ra", { seen: "RD", sent: "RA RD" }],
    ["response set ra aa\n response clear rd", { seen: "RD", sent: "AA RA" }],
    ["query clear rd", { seen: "", sent: "" }],
    ["query clear rd\n response set rd", { seen: "", sent: "RD" }],
    ["query set aa ra", { seen: "AA RA RD", sent: "RD" }],
    ["Response SET Ra", { seen: "RD", sent: "RA RD" }],
    ["response set ra\n response clear ra", { seen: "RD", sent: "RD" }],
    ["response clear aa\n response set aa", { seen: "RD", sent: "AA RD" }],
  ])("%s", async (rules, expected) => {
    expect(await flagsOf(create(`header {\n ${rules}\n}`), Flag.RD, 0)).toEqual(expected);
  });

  it("clears what others have set, and sets what the client has not", async () => {
    const instance = create("header {\n query set rd\n response clear aa ra\n}");
    const flags = await flagsOf(instance, 0, Flag.AA | Flag.RA);
    expect(flags).toEqual({ seen: "RD", sent: "RD" });
  });

  it("applies the rules of all directives, in their order", async () => {
    const instance = create(
      "header {\n response set ra aa\n}",
      "header {\n response clear ra\n query clear rd\n}",
    );
    expect(await flagsOf(instance, Flag.RD, 0)).toEqual({ seen: "", sent: "AA" });
  });

  it("leaves the client's query as it was, and silence alone", async () => {
    const query = testQuery("a.test.", "A", { flags: Flag.RD });
    expect(create("header {\n query clear rd\n}").serve?.(query, () => DROPPED)).toBe(DROPPED);
    expect(query.flags).toBe(Flag.RD);
  });

  it("hands the query itself on where no rule changes it", () => {
    const query = testQuery("a.test.", "A", { flags: Flag.RD });
    void create("header {\n query set rd\n}").serve?.(query, (given) => {
      expect(given).toBe(query);
      return new Reply();
    });
  });

  it("says of a forwarded reply with AA that a cache may keep it so", async () => {
    const forwarded = (): Reply => Object.assign(new Reply(), { isForwarded: true });
    for (const [rule, isForwarded] of [
      ["set aa", false],
      ["set ra", true],
    ] as const) {
      const instance = create(`header {\n response ${rule}\n}`);
      expect(await instance.serve?.(testQuery("a.test."), forwarded)).toMatchObject({
        isForwarded,
      });
    }
  });

  it.each([
    ["header", "no rule, expected one such as"],
    ["header {\n}", "no rule"],
    ["header response set ra", "unexpected argument"],
    ["header {\n answer set ra\n}", 'unknown property "answer"'],
    ["header {\n response\n}", "missing argument"],
    ["header {\n response set\n}", "missing argument"],
    ["header {\n response toggle ra\n}", 'unknown value "toggle", expected "set", "clear"'],
    ["header {\n response set ad\n}", 'unknown value "ad", expected "aa", "ra", "rd"'],
  ])("refuses %j", (text, message) => {
    expect(() => header.parse(testDirective(text))).toThrow(message);
    expect(() => header.parse(testDirective(text))).toThrow(/^Corefile:[23]: plugin\/header: /);
  });
});
