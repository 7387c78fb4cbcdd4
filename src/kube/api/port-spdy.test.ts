import { constants, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { PortSpdy } from "./port-spdy.ts";

/** As kube-apiserver 1.36 passed them on from a kubelet's code, answers to both streams. */
const REPLIES = "80030002000000140000000178f9e3c6a7c26260606000000000ffff";
const DATA_REPLY = "800300020000000c00000003026100000000ffff";

class Told {
  readonly data: Buffer[] = [];
  readonly failures: string[] = [];
  ends = 0;
  readonly port = new PortSpdy(8_080, {
    onData: (octets) => void this.data.push(Buffer.from(octets)),
    onEnd: () => void this.ends++,
    onFailure: (text) => void this.failures.push(text),
  });

  /** Reads in pieces of so many octets. */
  read(octets: Buffer, piece = octets.length): Uint8Array[] {
    const answers: Uint8Array[] = [];
    for (let at = 0; at < octets.length; at += piece) {
      const answer = this.port.read(octets.subarray(at, at + piece));
      if (answer) answers.push(answer);
    }
    return answers;
  }
}

function dataFrame(stream: number, text: string, flags = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(stream);
  head.writeUInt32BE(text.length, 4);
  head[4] = flags;
  return Buffer.concat([head, Buffer.from(text)]);
}

describe("a port over SPDY", () => {
  it("begins with a stream for the error, ended at once, and one for octets", () => {
    const greeting = new Told().port.greeting.map((frame) => Buffer.from(frame));
    const heads = greeting.map((frame) => frame.toString("hex", 0, 4) + frame.readUInt32BE(8));
    expect(heads).toEqual(["800300011", "800300013"]);
    expect(greeting.map((frame) => frame[4])).toEqual([1, 0]);
    for (const frame of greeting) expect(frame.readUIntBE(5, 3)).toBe(frame.length - 8);
    // One zlib stream for all header blocks.
    const zlib = Buffer.concat(greeting.map((frame) => frame.subarray(18)));
    const headers = inflateSync(zlib, { finishFlush: constants.Z_SYNC_FLUSH }).toString("latin1");
    for (const word of ["streamtype", "error", "data", "port", "8080", "requestid"]) {
      expect(headers).toContain(word);
    }
  });

  it.each([1, 3, 7, 1_000])("reads frames in pieces of %i octets", (piece) => {
    const told = new Told();
    const frames = [dataFrame(3, "hello "), dataFrame(3, ""), dataFrame(3, "world", 1)];
    told.read(Buffer.concat([Buffer.from(REPLIES + DATA_REPLY, "hex"), ...frames]), piece);
    expect(String(Buffer.concat(told.data))).toBe("hello world");
    expect(told.ends).toBe(1);
    expect(told.failures).toEqual([]);
  });

  it("tells what the node says of a port that nobody listens on", () => {
    const told = new Told();
    told.read(dataFrame(1, "connection refused"));
    expect(told.failures).toEqual(["connection refused"]);
  });

  it("fails when the node resets it", () => {
    const told = new Told();
    told.read(Buffer.from("80030003000000080000000300000005", "hex"));
    expect(told.failures).toEqual(["the node has reset the connection"]);
  });

  it("answers pings, and passes over what it does not know", () => {
    const told = new Told();
    expect(told.read(Buffer.from("800300040000000400000000", "hex"), 5)).toEqual([]);
    const ping = Buffer.from("800300060000000400000002", "hex");
    expect(told.read(ping, 5).map((answer) => Buffer.from(answer).toString("hex"))).toEqual([
      ping.toString("hex"),
    ]);
  });

  it("says before octets whose they are, and how many", () => {
    expect(Buffer.from(new Told().port.headOf(0x012345)).toString("hex")).toBe("0000000300012345");
  });
});
