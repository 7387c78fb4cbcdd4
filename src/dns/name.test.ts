import { assert, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryName } from "./arbitrary.cases.ts";
import { Name } from "./name.ts";

const x63 = "x".repeat(63);

describe("a name in presentation format", () => {
  it.each([
    [".", "\0"],
    ["example.org.", "\x07example\x03org\0"],
    ["example.org", "\x07example\x03org\0"],
    ["WWW.Example.ORG.", "\x03WWW\x07Example\x03ORG\0"],
    ["a\\.b.c.", "\x03a.b\x01c\0"],
    ["a\\046b.", "\x03a.b\0"],
    ["\\000.", "\x01\0\0"],
    ["\\255\\128.", "\x02\xff\x80\0"],
    ["\\@.", "\x01@\0"],
    ["a\\\\.b.", "\x02a\\\x01b\0"],
    ["\\a\\ b.", "\x03a b\0"],
    ["*.wild.", "\x01*\x04wild\0"],
    ["_sip._tcp.", "\x04_sip\x04_tcp\0"],
    ["1234.", "\x041234\0"],
    [`${x63}.`, `?${x63}\0`],
    [`${x63}.${x63}.${x63}.${"y".repeat(61)}.`, `${`?${x63}`.repeat(3)}=${"y".repeat(61)}\0`],
  ])("%s has its wire form", (text, wire) => {
    expect(Name.parse(text).wire).toBe(wire);
    expect(Name.tryParse(text)?.wire).toBe(wire);
  });

  it.each([
    "",
    "@",
    "..",
    ".a",
    "a..b",
    "a\\",
    "\\25",
    "\\256",
    "\\2x5",
    `${x63}x.`,
    `${x63}.${x63}.${x63}.${"y".repeat(62)}.`,
  ])("is refused: %s", (text) => {
    expect(() => Name.parse(text)).toThrow(SyntaxError);
    expect(Name.tryParse(text)).toBeUndefined();
  });

  it("is written with escapes where octets are not plain", () => {
    const name = Name.fromWire('\x0ea.b;c d"\\\0\x7f\xff@$\x01(\0');
    expect(name.toString()).toBe('a\\.b\\;c\\ d\\"\\\\\\000\\127\\255\\@\\$.\\(.');
  });

  it("goes to text and back, whatever its octets", () => {
    assert(
      property(arbitraryName, (name) => {
        expect(Name.parse(name.toString()).wire).toBe(name.wire);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("comparing names", () => {
  it("takes no notice of ASCII case, and of nothing but that", () => {
    expect(Name.parse("WWW.Example.org").equals(Name.parse("www.EXAMPLE.org."))).toBe(true);
    expect(Name.parse("\\196.").equals(Name.parse("\\228."))).toBe(false);
    expect(Name.parse("[.").equals(Name.parse("{."))).toBe(false);
    expect(Name.parse("WwW").wire).toBe("\x03WwW\0");
  });

  it("does not take a dot in a label for a separator", () => {
    const dotted = Name.parse("a\\.example.org");
    expect(dotted.equals(Name.parse("a.example.org"))).toBe(false);
    expect(dotted.isWithin(Name.parse("example.org"))).toBe(false);
    expect(dotted.isWithin(Name.parse("org"))).toBe(true);
  });

  it("finds a name within itself, its ancestors and the root", () => {
    const name = Name.parse("a.B.example.org");
    for (const ancestor of ["A.b.example.org", "b.example.org", "ORG", "."]) {
      expect(name.isWithin(Name.parse(ancestor))).toBe(true);
    }
    for (const other of ["x.b.example.org", "xa.b.example.org", "rg", "c.a.b.example.org"]) {
      expect(name.isWithin(Name.parse(other))).toBe(false);
    }
  });

  it("is not misled by a label whose octets look like lengths and labels", () => {
    // One label of eight octets that ends as the wire form of "org." does.
    const tricky = Name.fromWire("\x08abcd\x03org\0");
    expect(tricky.isWithin(Name.parse("org"))).toBe(false);
  });
});

describe("parts of a name", () => {
  it("are its labels in presentation form", () => {
    expect(Name.parse("a\\.b.c.").labels()).toEqual(["a\\.b", "c"]);
    expect(Name.parse("a\\.b.c.").labelCount()).toBe(2);
    expect(Name.root.labels()).toEqual([]);
    expect(Name.root.labelCount()).toBe(0);
  });

  it("go off one by one to the root, which is its own parent", () => {
    const parent = Name.parse("a\\.b.C.").parent();
    expect(parent.toString()).toBe("C.");
    expect(parent.key).toBe("\x01c\0");
    expect(parent.parent()).toEqual(Name.root);
    expect(Name.root.parent().wire).toBe("\0");
  });

  it("are joined up to 255 octets and no further", () => {
    const long = Name.parse(`${x63}.${x63}.${x63}`);
    expect(long.concat(Name.parse("y".repeat(61)))?.wire.length).toBe(255);
    expect(long.concat(Name.parse("y".repeat(62)))).toBeUndefined();
    expect(Name.parse("a").concat(Name.root)?.toString()).toBe("a.");
    expect(Name.root.concat(Name.parse("B"))?.key).toBe("\x01b\0");
  });

  it("put together make the name again", () => {
    assert(
      property(arbitraryName, arbitraryName, (front, back) => {
        const whole = front.concat(back);
        if (!whole) return;
        expect(whole.isWithin(back)).toBe(true);
        expect(whole.labelCount()).toBe(front.labelCount() + back.labelCount());
        expect(whole.toString().toLowerCase()).toBe(
          Name.parse(whole.toString().toLowerCase()).toString(),
        );
      }),
    );
  });
});
