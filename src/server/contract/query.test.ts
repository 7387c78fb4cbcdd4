import { describe, expect, it } from "vitest";
import { Rcode, formatRcode } from "../../dns/iana/rcode.ts";
import { testQuery } from "../../testing/query.ts";
import { admit } from "./admission.ts";
import type { Received } from "./query.ts";
import { readQuery } from "./query.ts";

const { client } = testQuery("example.org.");

/** `www.example.org. A IN` as a question. */
const QUESTION = "03777777 076578616d706c65 036f7267 00 0001 0001";
/** OPT: root, type 41, payload 1232, version 0, no flags, no options. */
const OPT = "00 0029 04d0 00 00 0000 0000";

function packet(...parts: readonly string[]): Buffer {
  return Buffer.from(parts.join("").replaceAll(" ", ""), "hex");
}

/** A header with id 0x1234, these flags and the four counts. */
function header(flags: string, ...counts: readonly number[]): string {
  return `1234${flags}${counts.map((count) => count.toString(16).padStart(4, "0")).join("")}`;
}

function read(...parts: readonly string[]): Received | undefined {
  return readQuery(packet(...parts), client);
}

function verdict(...parts: readonly string[]): string {
  const received = read(...parts);
  if (!received) return "no reply";
  const { query, rcode } = received;
  return formatRcode(rcode === Rcode.NOERROR ? admit(query, new Set()) : rcode);
}

describe("readQuery", () => {
  it("reads header, question and OPT", () => {
    const query = read(
      header("0110", 1, 0, 0, 1),
      QUESTION,
      OPT.replace("0000 0000", "8000 0000"),
    )?.query;
    expect(query).toMatchObject({ id: 0x1234, qtype: 1, qclass: 1, ednsVersion: 0 });
    expect(query).toMatchObject({ payloadSize: 1232, dnssecOk: true, hasQuestion: true });
    expect(query?.qname.toString()).toBe("www.example.org.");
    expect(query?.checkingDisabled).toBe(true);
    expect(query?.recursionDesired).toBe(true);
  });

  it("does not take the flags of another EDNS version for DO", () => {
    const opt = OPT.replace("00 00 0000", "00 01 8000");
    const received = read(header("0100", 1, 0, 0, 1), QUESTION, opt);
    expect(received?.query).toMatchObject({ ednsVersion: 1, dnssecOk: false });
  });

  it("keeps the case of the question", () => {
    const upper = QUESTION.replace("777777", "575777");
    expect(read(header("0100", 1, 0, 0, 0), upper)?.query.qname.toString()).toBe(
      "WWw.example.org.",
    );
  });

  const owner = "03777777 00";
  const record = `${owner} 0001 0001 0000003c 0004 c0000201`;
  it.each([
    ["M01 nothing at all", "no reply", ""],
    ["M02 eleven octets", "no reply", "1234010000010000000000"],
    ["H07 a reply", "no reply", header("8100", 1, 0, 0, 0), QUESTION],
    ["H09 opcode 15 with nothing but a header", "NOTIMP", header("7800", 0, 0, 0, 0)],
    ["H10 IQUERY", "NOTIMP", header("0800", 1, 0, 0, 0), QUESTION],
    ["H11 STATUS", "NOTIMP", header("1000", 1, 0, 0, 0), QUESTION],
    ["H12 NOTIFY", "NOTAUTH", header("2000", 1, 0, 0, 0), QUESTION],
    ["H13 UPDATE", "NOTIMP", header("2800", 1, 0, 0, 0), QUESTION],
    ["H13 UPDATE without a zone", "NOTIMP", header("2800", 0, 0, 0, 0)],
    ["H13 UPDATE with records", "NOTIMP", header("2800", 1, 1, 1, 0), QUESTION, record, record],
    ["H13 UPDATE with a record missing", "FORMERR", header("2800", 1, 1, 1, 0), QUESTION, record],
    ["M03 no question", "FORMERR", header("0100", 0, 0, 0, 0)],
    ["M04 no question but OPT", "FORMERR", header("0100", 0, 0, 0, 1), OPT],
    ["M05 two questions", "FORMERR", header("0100", 2, 0, 0, 0), QUESTION, QUESTION],
    ["M06 a question missing", "FORMERR", header("0100", 1, 0, 0, 0)],
    ["M07 a name cut in a label", "FORMERR", header("0100", 1, 0, 0, 0), "0a777777"],
    ["M08 a type cut", "FORMERR", header("0100", 1, 0, 0, 0), "03777777 00 00"],
    ["M09 label prefix 01", "FORMERR", header("0100", 1, 0, 0, 0), "4177 00 0001 0001"],
    ["M10 label prefix 10", "FORMERR", header("0100", 1, 0, 0, 0), "8177 00 0001 0001"],
    ["M13 a pointer to itself", "FORMERR", header("0100", 1, 0, 0, 0), "c00c 0001 0001"],
    ["M14 a forward pointer", "FORMERR", header("0100", 1, 0, 0, 0), "c012 0001 0001 0177 00"],
    ["M15 a pointer into the header", "FORMERR", header("0100", 1, 0, 0, 0), "c002 0001 0001"],
    ["M16 a pointer past the end", "FORMERR", header("0100", 1, 0, 0, 0), "ffff 0001 0001"],
    ["M17 octets behind the message", "NOERROR", header("0100", 1, 0, 0, 0), QUESTION, "deadbeef"],
    ["M18 an answer in a query", "FORMERR", header("0100", 1, 1, 0, 0), QUESTION, record],
    ["M19 counts of 65535", "FORMERR", header("0100", 65535, 65535, 65535, 65535)],
    ["M19 one question and 65535 records", "FORMERR", header("0100", 1, 0, 0, 65535), QUESTION],
    [
      "M20 RDLENGTH past the end",
      "FORMERR",
      header("0100", 1, 0, 0, 1),
      QUESTION,
      record.slice(0, -4),
    ],
    [
      "E02 version 1",
      "BADVERS",
      header("0100", 1, 0, 0, 1),
      QUESTION,
      OPT.replace("00 00 0000", "00 01 0000"),
    ],
    [
      "E04 an unknown option",
      "NOERROR",
      header("0100", 1, 0, 0, 1),
      QUESTION,
      "00 0029 04d0 00000000 0006 0064 0002 abcd",
    ],
    ["E08 two OPT", "FORMERR", header("0100", 1, 0, 0, 2), QUESTION, OPT, OPT],
    ["E09 OPT with an owner", "FORMERR", header("0100", 1, 0, 0, 1), QUESTION, `0161${OPT}`],
    ["E10 OPT in the answer section", "FORMERR", header("0100", 1, 1, 0, 0), QUESTION, OPT],
    [
      "E11 an option past the end of RDATA",
      "FORMERR",
      header("0100", 1, 0, 0, 1),
      QUESTION,
      "00 0029 04d0 00000000 0006 0064 0009 abcd",
    ],
    [
      "C03 class CH",
      "REFUSED",
      header("0100", 1, 0, 0, 0),
      QUESTION.replace("0001 0001", "0001 0003"),
    ],
    [
      "C05 class ANY",
      "REFUSED",
      header("0100", 1, 0, 0, 0),
      QUESTION.replace("0001 0001", "0001 00ff"),
    ],
    [
      "C06 class 0",
      "FORMERR",
      header("0100", 1, 0, 0, 0),
      QUESTION.replace("0001 0001", "0001 0000"),
    ],
    [
      "Q01 type 0",
      "FORMERR",
      header("0100", 1, 0, 0, 0),
      QUESTION.replace("0001 0001", "0000 0001"),
    ],
    [
      "Q06 type OPT",
      "FORMERR",
      header("0100", 1, 0, 0, 0),
      QUESTION.replace("0001 0001", "0029 0001"),
    ],
    [
      "Q07 type TSIG",
      "NOTIMP",
      header("0100", 1, 0, 0, 0),
      QUESTION.replace("0001 0001", "00fa 0001"),
    ],
    [
      "Q08 type MAILB",
      "NOTIMP",
      header("0100", 1, 0, 0, 0),
      QUESTION.replace("0001 0001", "00fd 0001"),
    ],
    ["X01 AXFR", "REFUSED", header("0100", 1, 0, 0, 0), QUESTION.replace("0001 0001", "00fc 0001")],
    ["type ANY", "NOERROR", header("0100", 1, 0, 0, 0), QUESTION.replace("0001 0001", "00ff 0001")],
    ["type CAA", "NOERROR", header("0100", 1, 0, 0, 0), QUESTION.replace("0001 0001", "0101 0001")],
  ])("%s: %s", (_name, expected, ...parts) => {
    expect(verdict(...parts)).toBe(expected);
  });

  const longest = "3f".padEnd(128, "61").repeat(3);
  it.each([
    ["M11 a name of 255 octets", "NOERROR", 61],
    ["M12 a name of 256 octets", "FORMERR", 62],
  ])("%s: %s", (_name, expected, lastLabel) => {
    const label = Buffer.alloc(lastLabel + 1, "a");
    label[0] = lastLabel;
    const qname = `${longest}${label.toString("hex")}00`;
    expect(verdict(header("0100", 1, 0, 0, 0), qname, "0001 0001")).toBe(expected);
  });
});
