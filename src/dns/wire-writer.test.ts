import { assert, nat, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { Name } from "./name.ts";
import { WireReader } from "./wire-reader.ts";
import { WireWriter } from "./wire-writer.ts";

describe("WireWriter", () => {
  it("writes in the order of the network", () => {
    const writer = new WireWriter(Buffer.alloc(32));
    writer.u8(0x01);
    writer.u16(0x0203);
    writer.u32(0xfffefdfc);
    writer.u48(0x0405_0607_0809);
    writer.octets(Buffer.from([0x0a]));
    writer.latin1("\xff");
    writer.name(Name.parse("a"));
    expect(writer.copy().toString("hex")).toBe("010203fffefdfc0405060708090aff016100");
  });

  it("leaves out what does not fit, says so, and writes nothing beyond its buffer", () => {
    const memory = Buffer.alloc(8, 0xee);
    for (const write of [
      (writer: WireWriter) => writer.u32(1),
      (writer: WireWriter) => writer.octets(Buffer.alloc(4)),
      (writer: WireWriter) => writer.latin1("four"),
      (writer: WireWriter) => writer.name(Name.parse("ab")),
    ]) {
      const writer = new WireWriter(memory.subarray(0, 3));
      write(writer);
      expect(writer.overflowed).toBe(true);
      expect(writer.offset).toBe(0);
    }
    expect(memory).toEqual(Buffer.alloc(8, 0xee));
  });

  it("copies what it has written, so that it may be used again", () => {
    const writer = new WireWriter(Buffer.alloc(4));
    writer.u16(0x0102);
    const copy = writer.copy();
    writer.offset = 0;
    writer.u16(0xffff);
    expect(copy.toString("hex")).toBe("0102");
  });

  it("writes every number so that the reader reads it", () => {
    assert(
      property(nat(0xff), nat(0xffff), nat(0xffff_ffff), nat(0xffff_ffff_ffff), (a, b, c, d) => {
        const writer = new WireWriter(Buffer.alloc(13));
        writer.u8(a);
        writer.u16(b);
        writer.u32(c);
        writer.u48(d);
        const reader = new WireReader(writer.bytes);
        expect([reader.u8(), reader.u16(), reader.u32(), reader.u48()]).toEqual([a, b, c, d]);
      }),
    );
  });
});
