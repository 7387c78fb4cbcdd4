import { expect, it } from "vitest";
import { extendedErrorOption, keepaliveOption, nsidOption, paddingOption } from "../../dns/edns.ts";
import { OptionCode } from "../../dns/iana/option-code.ts";
import { explainOption } from "./format-edns.ts";

const COOKIE = Buffer.from("0102030405060708", "hex");

function cookie(hex: string): { code: number; data: Buffer } {
  return { code: OptionCode.COOKIE, data: Buffer.from(hex, "hex") };
}

it.each([
  [extendedErrorOption(15, "by policy"), "EDE", "15 (Blocked): (by policy)"],
  [extendedErrorOption(29), "EDE", "29 (Synthesized)"],
  [extendedErrorOption(4242, "x"), "EDE", "4242: (x)"],
  [extendedErrorOption(0, "\u001b[31mr\u00e9d\u202e\u009b"), "EDE", "0 (Other): (.[31mr\u00e9d..)"],
  [{ code: 15, data: Buffer.from([1]) }, "EDE", '01 (".")'],
  [nsidOption("a\u001b"), "NSID", '61 1b ("a.")'],
  [nsidOption(""), "NSID", ""],
  [keepaliveOption(12_340), "TCP KEEPALIVE", "12.3 secs"],
  [paddingOption(5), "PAD", "(5 bytes)"],
  [{ code: 9, data: Buffer.from([0, 9, 0x3a, 0x81]) }, "EXPIRE", "604801 (1 week 1 second)"],
  [{ code: 8, data: Buffer.from([0, 1, 24, 16, 10, 1, 2]) }, "CLIENT-SUBNET", "10.1.2.0/24/16"],
  [{ code: 8, data: Buffer.from([0, 1, 24, 16, 10]) }, "CLIENT-SUBNET", '00 01 18 10 0a (".....")'],
  [cookie("0102030405060708"), "COOKIE", "0102030405060708 (echoed)"],
  [cookie("01020304050607081112131415161718"), "COOKIE", "01020304050607081112131415161718 (good)"],
  [cookie("0902030405060708"), "COOKIE", "0902030405060708 (bad)"],
  [{ code: 65_001, data: Buffer.from("a") }, "OPT=65001", '61 ("a")'],
])("option %# is told in dig's words", (option, name, value) => {
  expect(explainOption(option, COOKIE)).toEqual({ name, value });
});
