import { expect } from "vitest";
import type { Incident } from "../incident.ts";

export const incident: Incident = {
  advisory: "CoreDNS #8272",
  rule: "Another class neither gets what is kept of IN, nor puts anything there.",
  corefile: "cache\nforward . UPSTREAM",
  async play({ ask, exchange, upstream }) {
    for (const qclass of [3, 4, 254, 0x4001]) {
      expect(await ask("www.test. A", { qclass }).said()).toBe("REFUSED");
    }
    const answer = ["www.test. 60 IN A 192.0.2.1"];
    expect(await exchange("www.test. A", { answer })).toBe(`NOERROR ${answer[0]}`);
    for (const qclass of [3, 4, 254, 0x4001]) {
      expect(await ask("www.test. A", { qclass }).said()).toBe("REFUSED");
    }
    expect(upstream.received).toHaveLength(1);
    // Records of another class are no answer: passed on, as what the upstream said, but not kept.
    const chaos = "chaos.test. 60 CH A 192.0.2.66";
    for (let asked = 2; asked < 4; asked++) {
      expect(await exchange("chaos.test. A", { answer: [chaos] })).toBe(`NOERROR ${chaos}`);
      expect(upstream.received).toHaveLength(asked);
    }
  },
};
