import { describe, expect, it } from "vitest";
import { JSON_TYPE, PROTOBUF_TYPE } from "./media-type.ts";
import { readStatus } from "./read-status.ts";
import { recording } from "./testing.ts";

const ENCODINGS = [
  ["json", JSON_TYPE],
  ["pb", PROTOBUF_TYPE],
] as const;

describe("the status of a response", () => {
  it.each(ENCODINGS)("says when to come again, and the causes: %s", (ending, type) => {
    expect(readStatus(type, recording(`too-large-version.${ending}`))).toEqual({
      code: 504,
      reason: "Timeout",
      message: expect.stringMatching(/^Timeout: Too large resource version: 99999999/),
      retryAfterSeconds: 1,
      causes: ["ResourceVersionTooLarge"],
    });
  });

  it.each(ENCODINGS)("says what is not there: %s", (ending, type) => {
    expect(readStatus(`${type}; charset=utf-8`, recording(`not-found.${ending}`))).toMatchObject({
      code: 404,
      reason: "NotFound",
      message: 'services "none" not found',
      retryAfterSeconds: undefined,
    });
    expect(readStatus(type, recording(`bad-continue.${ending}`))).toMatchObject({
      code: 400,
      reason: "BadRequest",
    });
  });

  it("may be plain text, of which the beginning is kept", () => {
    const body = Buffer.from(`${"too many requests, ".repeat(40)}\n`);
    const status = readStatus("text/plain; charset=utf-8", body);
    expect(status).toMatchObject({ code: 0, reason: "", message: body.toString("utf8", 0, 300) });
  });

  it("may be missing, or something else", () => {
    expect(readStatus(JSON_TYPE, Buffer.alloc(0))).toBeUndefined();
    expect(readStatus(JSON_TYPE, Buffer.from("<html>"))).toBeUndefined();
    expect(readStatus("text/html", Buffer.from("<html>"))).toBeUndefined();
    for (const type of [JSON_TYPE, PROTOBUF_TYPE]) {
      expect(readStatus(type, Buffer.from('{"kind":"Pod"}'))).toMatchObject({
        code: 0,
        message: expect.stringMatching(/^an error that cannot be read: /),
      });
    }
  });
});
