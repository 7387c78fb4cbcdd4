import { expect, it } from "vitest";
import { testDirective } from "../../testing/context.ts";
import { parseSecondary } from "./parse.ts";

function parsed(body: string, zones = ""): ReturnType<typeof parseSecondary>[number] | undefined {
  return parseSecondary(testDirective(`secondary ${zones} {\n${body}\n}`))[0];
}

it("reads primaries in their order, with the usual port where none is given", () => {
  const from =
    "transfer from 192.0.2.1 192.0.2.2:5300\ntransfer from 2001:DB8:0::1 [2001:db8::2]:54";
  expect(parsed(from)?.primaries.map(({ address, port }) => ({ address, port }))).toEqual([
    { address: "192.0.2.1", port: 53 },
    { address: "192.0.2.2", port: 5300 },
    { address: "2001:db8::1", port: 53 },
    { address: "2001:db8::2", port: 54 },
  ]);
});

it("reads a key for the primaries in front of it", () => {
  const from = "transfer from 192.0.2.1 192.0.2.2 key a.test\ntransfer from 192.0.2.3";
  const names = parsed(from)?.primaries.map(({ keyName }) => keyName?.text);
  expect(names).toEqual(["a.test", "a.test", undefined]);
});

it("reads zones, and the server block's where none is named", () => {
  const from = "transfer from 192.0.2.1";
  expect(parsed(from, "EXAMPLE.org example.net")?.zones?.map(String)).toEqual([
    "example.org.",
    "example.net.",
  ]);
  expect(parsed(from)?.zones).toBeUndefined();
});

it.each([
  ["", undefined],
  ["catalog", []],
  ["catalog EXAMPLE.org internal.example", ["example.org.", "internal.example."]],
  ["catalog example.org\ncatalog example.net", ["example.org.", "example.net."]],
  ["catalog example.org\ncatalog", []],
  ["catalog\ncatalog example.org", []],
])("reads within which zones members may be: %j", (text, expected) => {
  expect(parsed(`transfer from 192.0.2.1\n${text}`)?.catalog?.map(String)).toEqual(expected);
});

it.each([
  ["", 'missing property "transfer from"'],
  ["transfer", "missing argument"],
  ["transfer from", "missing argument"],
  ["transfer from key a.test", "missing argument: the address of a primary"],
  ["transfer from 192.0.2.1 key", 'missing argument: the name of a key behind "key"'],
  ["transfer from 192.0.2.1 key a b", 'unexpected argument "b"'],
  ["transfer from 192.0.2.1 key a..b", 'bad name of a key: "a..b"'],
  ["transfer to *", 'unknown value "to", expected "from"'],
  ["transfer from *", 'bad primary "*"'],
  ["transfer from ns.example.org", 'bad primary "ns.example.org"'],
  ["transfer from 192.0.2.1:0", 'cannot parse "0": less than 1'],
  ["transfer from 2001:db8::1:99999", 'bad primary "2001:db8::1:99999"'],
  ["transfers from 192.0.2.1", 'unknown property "transfers"'],
])("%j is an error", (body, message) => {
  expect(() => parsed(body)).toThrow(message);
});
