import { expect } from "vitest";
import { answerTo } from "../../../src/testing/fake-upstream.ts";
import { lies } from "../../../src/testing/upstream-bench.ts";
import type { Incident } from "../incident.ts";

export const incident: Incident = {
  advisory: "DNS-01-003",
  rule: "A reply counts by its whole question, not by its id.",
  corefile: "cache\nforward . UPSTREAM",
  async play({ ask, heard, settle, exchange }) {
    const asked = ask("www.test. A");
    const received = await heard();
    for (const lie of lies(received.packet)) received.reply(lie);
    await settle();
    expect(asked.reply()).toBeUndefined();
    received.reply(answerTo(received.packet));
    expect(await asked.said()).toBe("NOERROR www.test. 60 IN A 192.0.2.1");
    // Nothing of the lies is kept: the name that one of them was about is asked for.
    const truth = { answer: ["xww.test. 60 IN A 192.0.2.2"] };
    expect(await exchange("xww.test. A", truth)).toBe("NOERROR xww.test. 60 IN A 192.0.2.2");
  },
};
