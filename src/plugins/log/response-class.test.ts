import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseRcode } from "../../dns/iana/rcode.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { records, testQuery } from "../../testing/query.ts";
import { responseClass, responseType } from "./response-class.ts";

const a = "a.test. 5 IN A 192.0.2.1";
const soa = "test. 5 IN SOA ns.test. mail.test. 1 2 3 4 5";
const ns = "sub.test. 5 IN NS ns.sub.test.";

function makeReply(rcode: string, answer: string[], authority: string[]): Reply {
  const reply = new Reply(parseRcode(rcode));
  reply.answer = records(...answer);
  reply.authority = records(...authority);
  return reply;
}

describe("responseType", () => {
  it.each([
    ["NOERROR", [a], [], "NOERROR", "success"],
    ["NOERROR", [a], [soa, ns], "NOERROR", "success"],
    ["NOERROR", [], [], "NOERROR", "success"],
    ["NOERROR", [], [ns], "DELEGATION", "success"],
    ["NOERROR", [], [soa], "NODATA", "denial"],
    ["NOERROR", [], [ns, soa], "NODATA", "denial"],
    ["NXDOMAIN", [], [soa], "NXDOMAIN", "denial"],
    ["NXDOMAIN", [], [], "NXDOMAIN", "denial"],
    ["NXDOMAIN", [a], [soa], "OTHERERROR", "error"],
    ["SERVFAIL", [], [], "SERVERERROR", "error"],
    ["SERVFAIL", [a], [], "SERVERERROR", "error"],
    ["NOTIMP", [], [], "SERVERERROR", "error"],
    ["REFUSED", [], [], "OTHERERROR", "error"],
    ["REFUSED", [a], [], "OTHERERROR", "error"],
  ])("of %s with %j and %j is %s", (rcode, answer, authority, type, expected) => {
    const reply = makeReply(rcode, answer, authority);
    const query = testQuery("a.test.");
    expect([responseType(query, reply), responseClass(query, reply)]).toEqual([type, expected]);
  });

  it("of a transfer is META, of no reply OTHERERROR", () => {
    expect(responseType(testQuery("test.", "AXFR"), makeReply("NOERROR", [], []))).toBe("META");
    expect(responseType(testQuery("test.", "IXFR"), makeReply("REFUSED", [], []))).toBe("META");
    expect(responseType(testQuery("test."), DROPPED)).toBe("OTHERERROR");
  });
});

describe("responseType with signatures", () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 5, 15), toFake: ["Date"] }));
  afterEach(() => void vi.useRealTimers());

  const rrsig = (expiration: string, inception: string): string =>
    `a.test. 5 IN RRSIG A 8 2 5 ${expiration} ${inception} 1 test. AAAA`;

  it.each([
    ["20260616000000", "20260614000000", "NOERROR"],
    ["20260615000000", "20260615000000", "NOERROR"],
    ["20260614235959", "20260601000000", "OTHERERROR"],
    ["20260701000000", "20260615000001", "OTHERERROR"],
  ])("that expire %s and begin %s is %s", (expiration, inception, type) => {
    const reply = makeReply("NOERROR", [a, rrsig(expiration, inception)], []);
    expect(responseType(testQuery("a.test.", "A", { do: true }), reply)).toBe(type);
  });

  it("minds no signatures that the client did not ask for", () => {
    const expired = rrsig("20250101000000", "20240101000000");
    const reply = makeReply("NOERROR", [a, expired], []);
    expect(responseType(testQuery("a.test."), reply)).toBe("NOERROR");
  });

  it("finds expired signatures in each section", () => {
    const expired = records(rrsig("20250101000000", "20240101000000"));
    for (const section of ["answer", "authority", "additional"] as const) {
      const reply = new Reply();
      reply[section] = expired;
      const query = testQuery("a.test.", "A", { do: true });
      expect([section, responseType(query, reply)]).toEqual([section, "OTHERERROR"]);
    }
  });
});
