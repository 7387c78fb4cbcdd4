import { PassThrough, Readable } from "node:stream";
import { expect, it } from "vitest";
import { readChunks } from "./read-body.ts";

const FOREVER = (): number => Infinity;
const TURN_OCTETS = 16_384;

function octets(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 7) & 0xff));
}

it.each([
  ["one chunk", [octets(300_000)]],
  ["chunks as they come out of a socket", Array.from({ length: 9 }, () => octets(65_536))],
  ["many small ones", Array.from({ length: 5_000 }, () => octets(100))],
  ["chunks as long as a turn", Array.from({ length: 5 }, () => octets(TURN_OCTETS))],
])("hands on so much in a turn of %s, and all of it before the end", async (_what, chunks) => {
  const got: Buffer[] = [];
  const each: number[] = [];
  let turn = 0;
  const end = new AbortController();
  const body = Readable.from(chunks, { objectMode: false, highWaterMark: 1 << 20 });
  const whole = readChunks(body, FOREVER, (piece) => {
    turn += piece.length;
    got.push(Buffer.from(piece));
  }).then(() => end.abort());
  while (!end.signal.aborted) {
    turn = 0;
    await new Promise((resolve) => setImmediate(resolve));
    each.push(turn);
  }
  await whole;
  expect(Buffer.concat(got).equals(Buffer.concat(chunks))).toBe(true);
  expect(Math.max(...each)).toBeLessThanOrEqual(TURN_OCTETS);
});

it("hands on nothing more of a body that breaks off", async () => {
  const body = new PassThrough({ highWaterMark: 1 << 20 });
  let got = 0;
  const read = readChunks(body, FOREVER, (piece) => {
    got += piece.length;
    if (got > 2 * TURN_OCTETS) body.destroy(new Error("enough"));
  });
  body.write(octets(200_000));
  await expect(read).rejects.toThrow("enough");
  await new Promise((resolve) => setImmediate(resolve));
  expect(got).toBe(3 * TURN_OCTETS);
});
