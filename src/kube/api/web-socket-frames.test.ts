import { describe, expect, it } from "vitest";
import { clientFrame, FrameReader, Opcode } from "./web-socket-frames.ts";

/** As a server sends it: not masked. */
function serverFrame(opcode: number, payload: Buffer, isLast = true): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 1 << 16 ? 4 : 10);
  head[0] = opcode | (isLast ? 0x80 : 0);
  head[1] = length < 126 ? length : length < 1 << 16 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

function patterned(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 31) % 253));
}

function read(octets: Buffer, piece: number): { messages: Buffer[]; controls: string[] } {
  const messages: Buffer[][] = [];
  const controls: string[] = [];
  const reader = new FrameReader({
    onOctets: (part, isFirst) => {
      if (isFirst) messages.push([]);
      messages.at(-1)?.push(part);
    },
    onControl: (opcode, payload) => void controls.push(`${opcode} ${payload.toString()}`),
  });
  for (let at = 0; at < octets.length; at += piece) reader.read(octets.subarray(at, at + piece));
  return { messages: messages.map((parts) => Buffer.concat(parts)), controls };
}

describe("frames of a server", () => {
  it.each([1, 5, 16_384, 1 << 20])("are read in pieces of %i octets", (piece) => {
    const sent = [1, 125, 126, 40_000, 65_535, 65_536].map(patterned);
    const frames = sent.map((payload) => serverFrame(Opcode.BINARY, payload));
    expect(read(Buffer.concat(frames), piece).messages.map(String)).toEqual(sent.map(String));
  });

  it("may be parts of a message, with control frames between them", () => {
    const octets = Buffer.concat([
      serverFrame(Opcode.BINARY, Buffer.from("one "), false),
      serverFrame(Opcode.PING, Buffer.from("there?")),
      serverFrame(Opcode.CONTINUATION, Buffer.alloc(0), false),
      serverFrame(Opcode.CONTINUATION, Buffer.from("message")),
      serverFrame(Opcode.BINARY, Buffer.from("another")),
      serverFrame(Opcode.PING, Buffer.alloc(0)),
    ]);
    for (const piece of [1, 2, 1_000]) {
      const { messages, controls } = read(octets, piece);
      expect(messages.map(String)).toEqual(["one message", "another"]);
      expect(controls).toEqual(["9 there?", "9 "]);
    }
  });

  it.each([
    ["masked", "8281000000000a"],
    ["with reserved bits", "c2010a"],
    ["of control in parts", "0900"],
    ["of control that are long", "897e0100"],
    ["of 4 GiB", "827f0000000100000000"],
  ])("%s are refused", (_what, hex) => {
    expect(() => read(Buffer.from(hex, "hex"), 100)).toThrow("broke the WebSocket protocol");
  });
});

describe("frames of a client", () => {
  it.each([0, 1, 2, 3, 4, 5, 125, 126, 127, 65_535, 65_536, 70_001])(
    "are masked whole, with %i octets",
    (length) => {
      const head = Buffer.from("head");
      const payload = patterned(length);
      const frame = clientFrame(Opcode.BINARY, head, payload);
      const maskAt = frame.length - payload.length - head.length - 4;
      const key = frame.subarray(maskAt, maskAt + 4);
      const body = frame.subarray(maskAt + 4).map((octet, i) => octet ^ (key[i & 3] ?? 0));
      expect(Buffer.from(body).equals(Buffer.concat([head, payload]))).toBe(true);
    },
  );

  it("have a mask of their own each", () => {
    const keys = [1, 2, 3].map(() =>
      clientFrame(Opcode.BINARY, Buffer.alloc(0), Buffer.alloc(4)).toString("hex", 2, 6),
    );
    expect(new Set(keys).size).toBe(3);
  });
});
