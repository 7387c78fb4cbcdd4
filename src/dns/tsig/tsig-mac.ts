import { createHmac, timingSafeEqual } from "node:crypto";
import { RrClass } from "../iana/rr-class.ts";
import type { Name } from "../name.ts";
import type { TsigAlgorithm } from "./tsig-algorithm.ts";
import { leastMacOctets } from "./tsig-algorithm.ts";
import type { TsigKey } from "./tsig-key.ts";
import type { TsigFields } from "./tsig-record.ts";

/** What of a record its MAC covers, but for its name and algorithm. */
export type SignedFields = Pick<TsigFields, "timeSigned" | "fudgeSeconds" | "error" | "otherData">;

/** What a MAC is made of (RFC 8945 §4.3). */
export interface Digested {
  /** The MAC of the request, or of the message before this one in a stream; undefined for a request. */
  readonly before: Buffer | undefined;
  /** The message without its TSIG record; before it those of a stream that have none. */
  readonly messages: readonly Buffer[];
  readonly fields: SignedFields;
  /** Whether another message of the stream has been signed: name, algorithm and error are left out then (§5.3.1). */
  readonly isContinued: boolean;
}

/** @returns the MAC, whole */
export function computeMac(key: TsigKey, algorithm: TsigAlgorithm, digested: Digested): Buffer {
  const hmac = createHmac(algorithm.hash, key.secret);
  const { before, messages, fields, isContinued } = digested;
  if (before) hmac.update(u16(before.length)).update(before);
  for (const message of messages) hmac.update(message);
  if (!isContinued) {
    hmac.update(canonical(key.name)).update(CLASS_AND_TTL).update(canonical(algorithm.name));
  }
  hmac.update(timers(fields));
  if (!isContinued) {
    hmac.update(u16(fields.error)).update(u16(fields.otherData.length)).update(fields.otherData);
  }
  return hmac.digest();
}

/**
 * Compares what was received with what it should be, in a time that tells nothing of where they differ.
 * @param received of no more octets than `expected`
 */
export function isSameMac(received: Buffer, expected: Buffer): boolean {
  const whole = expected.subarray(0, received.length);
  return (
    received.length > 0 && whole.length === received.length && timingSafeEqual(received, whole)
  );
}

/** Whether a MAC may be that long at all; else the message is malformed (RFC 8945 §5.2.2.1). */
export function isMacLength(octets: number, algorithm: TsigAlgorithm): boolean {
  return octets >= leastMacOctets(algorithm) && octets <= algorithm.macOctets;
}

const CLASS_AND_TTL = Buffer.from([0, RrClass.ANY, 0, 0, 0, 0]);

/** Names are digested in lower case (RFC 8945 §4.3.3). */
function canonical({ key }: Name): Buffer {
  return Buffer.from(key, "latin1");
}

function timers({ timeSigned, fudgeSeconds }: SignedFields): Buffer {
  const octets = Buffer.alloc(8);
  octets.writeUIntBE(timeSigned, 0, 6);
  octets.writeUInt16BE(fudgeSeconds, 6);
  return octets;
}

function u16(value: number): Buffer {
  const octets = Buffer.alloc(2);
  octets.writeUInt16BE(value);
  return octets;
}
