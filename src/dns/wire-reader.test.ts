import { assert, nat, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryName } from "./arbitrary.cases.ts";
import { Name } from "./name.ts";
import { WireReader } from "./wire-reader.ts";
import { WireWriter } from "./wire-writer.ts";

const header = "\0".repeat(12);

/** A reader of a message with these octets behind its header. */
function readerOf(octets: string, at = 0): WireReader {
  return new WireReader(Buffer.from(header + octets, "latin1"), 12 + at);
}

const x63 = `?${"x".repeat(63)}`;
/** 255 octets, root included. */
const longest = `${x63.repeat(3)}=${"y".repeat(61)}\0`;

describe("a name in a message", () => {
  it.each([
    ["the root", "\0", "\0"],
    ["labels, case kept", "\x03WwW\x01a\0", "\x03WwW\x01a\0"],
    ["a dot in a label", "\x03a.b\0", "\x03a.b\0"],
    ["a label of a zero octet", "\x01\0\x01\xff\0", "\x01\0\x01\xff\0"],
    ["a label of 63 octets", `${x63}\0`, `${x63}\0`],
    ["a name of 255 octets", longest, longest],
  ])("is read: %s", (_, octets, wire) => {
    const reader = readerOf(`${octets}!`);
    expect(reader.name().wire).toBe(wire);
    expect(reader.u8()).toBe("!".charCodeAt(0));
    expect(reader.failed).toBe(false);
  });

  it.each([
    ["a label of 64 octets", `@${"x".repeat(64)}\0`],
    ["a label type that is reserved", "\x80a\0"],
    ["a name of 256 octets", `${x63.repeat(3)}>${"y".repeat(62)}\0`],
    ["a name of many labels", `${"\x01a".repeat(5000)}\0`],
    ["a label beyond the end", "\x05abc"],
    ["labels without the root", "\x03abc"],
    ["nothing", ""],
    ["half a pointer", "\x01a\xc0"],
    ["a pointer to itself", "\xc0\x0c"],
    ["a pointer to the name that it ends", "\x01a\xc0\x0c"],
    ["a pointer into the label before it", "\x01a\xc0\x0d"],
    ["a pointer forwards", "\xc0\x0e\x01a\0"],
    ["a pointer into the header", "\xc0\x00"],
    ["a pointer beyond the end", "\xff\xff"],
  ])("is refused: %s", (_, octets) => {
    const reader = readerOf(octets);
    expect(reader.name().wire).toBe("\0");
    expect(reader.failed).toBe(true);
    expect(reader.remaining).toBe(0);
  });

  it("follows pointers backwards, one after another", () => {
    const octets = "\x01c\0\x01b\xc0\x0c\x01A\xc0\x0f";
    const reader = readerOf(`${octets}!`, 7);
    expect(reader.name().toString()).toBe("A.b.c.");
    expect(reader.u8()).toBe("!".charCodeAt(0));
  });

  it("follows a pointer into the middle of a name", () => {
    const reader = readerOf("\x01a\x01b\0\xc0\x0e", 5);
    expect(reader.name().toString()).toBe("b.");
  });

  it("refuses two pointers that lead to one another", () => {
    const reader = readerOf("\xc0\x0e\xc0\x0c", 2);
    reader.name();
    expect(reader.failed).toBe(true);
  });

  it("counts what pointers add against 255 octets", () => {
    const reader = readerOf(`${longest}\x01a\xc0\x0c`, 255);
    reader.name();
    expect(reader.failed).toBe(true);
    const whole = readerOf(`${longest}\xc0\x0c`, 255);
    expect(whole.name().wire).toBe(longest);
    for (const [room, fits] of [
      [59, true],
      [60, false],
    ] as const) {
      const base = `${x63.repeat(3)}${String.fromCharCode(room)}${"y".repeat(room)}\0`;
      const name = readerOf(`${base}\x01a\xc0\x0c`, base.length);
      name.name();
      expect(name.failed).toBe(!fits);
    }
  });

  it("stops at the end that was set, even in the middle of the buffer", () => {
    const octets = Buffer.from("\x03abc\0", "latin1");
    const reader = new WireReader(octets, 0, 4);
    reader.name();
    expect(reader.failed).toBe(true);
  });

  it("is read as it was written", () => {
    assert(
      property(arbitraryName, (name) => {
        const writer = new WireWriter(Buffer.alloc(255));
        writer.name(name);
        const reader = new WireReader(writer.copy());
        const read = reader.name();
        expect([read.wire, read.key]).toEqual([name.wire, name.key]);
        expect(reader.remaining).toBe(0);
      }),
    );
  });

  it("is the same name through a pointer", () => {
    assert(
      property(arbitraryName, (name) => {
        const reader = readerOf(`${name.wire}\xc0\x0c`, name.wire.length);
        const read = reader.name();
        expect([read.wire, read.key]).toEqual([name.wire, name.key]);
      }),
    );
  });

  it("never throws, never goes beyond the end, and is a name, whatever the octets", () => {
    assert(
      property(uint8Array({ maxLength: 300 }), nat(300), (octets, start) => {
        const packet = Buffer.from(octets);
        const reader = new WireReader(packet, Math.min(start, packet.length));
        const { wire } = reader.name();
        expect(reader.offset).toBeLessThanOrEqual(packet.length);
        expect(wire.length).toBeLessThanOrEqual(255);
        expect(Name.parse(Name.fromWire(wire).toString()).wire).toBe(wire);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("numbers and octets", () => {
  it("are read in the order of the network", () => {
    const reader = new WireReader(Buffer.from("01020304050607ffffffffffff0809", "hex"));
    expect(reader.u8()).toBe(0x01);
    expect(reader.u16()).toBe(0x0203);
    expect(reader.u32()).toBe(0x04050607);
    expect(reader.u48()).toBe(0xffff_ffff_ffff);
    expect(reader.rest().toString("hex")).toBe("0809");
    expect(reader.failed).toBe(false);
  });

  it.each(["u8", "u16", "u32", "u48"] as const)(
    "fail for good when %s goes beyond the end",
    (read) => {
      const reader = new WireReader(Buffer.alloc(5), read === "u8" ? 5 : 4, 5);
      expect(reader[read]()).toBe(0);
      expect(reader.failed).toBe(true);
      expect(reader.octets(1).length).toBe(0);
      expect(reader.remaining).toBe(0);
    },
  );

  it("fail for a length below zero", () => {
    const reader = new WireReader(Buffer.alloc(4));
    expect(reader.octets(-1).length).toBe(0);
    expect(reader.failed).toBe(true);
  });
});
