import { describe, expect, it } from "vitest";
import { Flag } from "../../dns/header.ts";
import { Opcode } from "../../dns/iana/opcode.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { testQuery } from "../../testing/query.ts";
import type { TestQueryOptions } from "../../testing/query.ts";
import { compileFormat } from "./format.ts";

const query: TestQueryOptions = {
  address: "192.0.2.7",
  port: 4711,
  localAddress: "192.0.2.53",
  id: 29_008,
};

function noMetadata(): never {
  throw new Error("nobody asks for metadata here");
}

function format(text: string, options: TestQueryOptions = query, reply = new Reply()): string {
  return compileFormat(text, noMetadata)(testQuery("wWw.Example.org.", "MX", options), reply, 68);
}

describe("a format", () => {
  it.each([
    ["{type}", "MX"],
    ["{name}", "www.example.org."],
    ["{class}", "IN"],
    ["{proto}", "udp"],
    ["{remote}", "192.0.2.7"],
    ["{local}", "192.0.2.53"],
    ["{port}", "4711"],
    ["{size}", "64"],
    ["{rsize}", "68"],
    ["{rcode}", "NOERROR"],
    ["{>id}", "29008"],
    ["{>opcode}", "0"],
    ["{>do}", "false"],
    ["{>bufsize}", "512"],
    ["{>rflags}", "qr,rd"],
    ["{/log/class}", "success"],
    ["{/log/type}", "NOERROR"],
  ])("has for %s the value %s", (text, value) => {
    expect(format(text)).toBe(value);
  });

  it("has the reason of a denial, and a hyphen without one", () => {
    const denial = new Reply(Rcode.NXDOMAIN);
    denial.reason = "no-service";
    expect(format("{reason}", query, denial)).toBe("no-service");
    expect(format("{reason}")).toBe("-");
  });

  it.each<[string, TestQueryOptions, string]>([
    ["{remote} {local}", { address: "::1", localAddress: "2001:db8::1" }, "[::1] [2001:db8::1]"],
    ["{proto} {>bufsize}", { transport: "tcp", payloadSize: 1232 }, "tcp 65535"],
    ["{proto}", { transport: "tls" }, "tcp"],
    ["{proto}", { transport: "https" }, "tcp"],
    ["{>do} {>bufsize}", { do: true, payloadSize: 4096 }, "true 4096"],
    ["{class}", { qclass: RrClass.CH }, "CH"],
    ["{>opcode}", { flags: Opcode.NOTIFY << 11 }, "4"],
    ["{>rflags}", { flags: Flag.CD }, "qr,cd"],
  ])("makes of %s for %j: %s", (text, options, expected) => {
    expect(format(text, options)).toBe(expected);
  });

  it("lists all flags of a reply in the order of the header", () => {
    const reply = new Reply(Rcode.REFUSED, Flag.AD | Flag.RA | Flag.AA | Flag.TC);
    expect(format("{rcode} {>rflags}", { flags: Flag.RD | Flag.CD }, reply)).toBe(
      "REFUSED qr,aa,tc,rd,ra,ad,cd",
    );
  });

  it("has nothing to say of a reply that was not sent", () => {
    const line = compileFormat("{rcode} {>rflags} {rsize} {/log/class}", noMetadata);
    expect(line(testQuery("example.org."), DROPPED, 0)).toBe("- - 0 error");
  });

  it("gives durations in seconds with nine digits, as few as they are", () => {
    expect(format("{duration}")).toMatch(/^0\.\d{9}s$/);
  });

  it.each([
    ["{", "{"],
    ["}{", "}{"],
    ["a {b} c", "a {b} c"],
    ["{ {type} }", "{ MX }"],
    ["{{type}}", "{MX}"],
    ["{type}{class}", "MXIN"],
    ["{constructor} {TYPE} {}", "{constructor} {TYPE} {}"],
  ])("takes other braces as they are: %s", (text, expected) => {
    expect(format(text)).toBe(expected);
  });

  it("has metadata, or a dash where it is empty, and keeps it on one line too", () => {
    const labels: string[] = [];
    const line = compileFormat("{/a/empty} {/a/b}{/a/odd}", (label) => {
      labels.push(label);
      const values: Record<string, string> = { "a/b": "x", "a/odd": "\u001b[31m\nnext" };
      return ({ qname }) => (values[label] ? `${values[label]}${qname.toString()}` : "");
    });
    expect(line(testQuery("q."), new Reply(), 0)).toBe("- xq.?[31m?nextq.");
    expect(labels).toEqual(["a/empty", "a/b", "a/odd"]);
  });

  it("keeps names on one line, whatever is in them", () => {
    const odd = testQuery('a\\010\\"\\027[31m\\255.example.org.');
    const [name] = odd.qname.labels();
    expect(compileFormat("{name}", noMetadata)(odd, new Reply(), 0)).toBe(`${name}.example.org.`);
    expect(name).toBe('a\\010\\"\\027[31m\\255');
  });
});
