import type { AgreedAlgorithm, TsigKey } from "./tsig-key.ts";
import type { SignedFields } from "./tsig-mac.ts";
import { computeMac } from "./tsig-mac.ts";
import type { TsigFields } from "./tsig-record.ts";
import { appendTsig, tsigOctets } from "./tsig-record.ts";

/** How far clocks may be apart (RFC 8945 §10). */
export const FUDGE_SECONDS = 300;

export const NO_OCTETS: Buffer = Buffer.alloc(0);

/**
 * Signs one message, or all of a stream: each after the first covers the MAC before it (RFC 8945 §5.3.1), so they are
 * to be signed in the order in which they are sent.
 */
export class TsigSigner {
  readonly #key: TsigKey;
  readonly #agreed: AgreedAlgorithm;
  /** Of what the next message follows. */
  #before: Buffer | undefined;
  #isContinued = false;

  /** @param request the MAC of the request that is answered; undefined if this is one */
  constructor(key: TsigKey, agreed: AgreedAlgorithm, request?: Buffer) {
    this.#key = key;
    this.#agreed = agreed;
    this.#before = request;
  }

  /** The MAC of the last message, as it was sent. */
  get mac(): Buffer | undefined {
    return this.#before;
  }

  /** Octets that signing adds to a message. */
  octets(otherOctets = 0): number {
    const mac = Buffer.alloc(this.#agreed.macOctets);
    const otherData = Buffer.alloc(otherOctets);
    const fields = { ...signedAt(0), otherData };
    return tsigOctets(this.#key.name, this.#record(mac, 0, fields));
  }

  /**
   * @param fields the time, and an error that is told (`signedAt`)
   * @returns a signed copy
   */
  sign(packet: Buffer, fields: SignedFields): Buffer {
    const { algorithm, macOctets } = this.#agreed;
    const mac = computeMac(this.#key, algorithm, {
      before: this.#before,
      messages: [packet],
      fields,
      isContinued: this.#isContinued,
    }).subarray(0, macOctets);
    this.#before = mac;
    this.#isContinued = true;
    return appendTsig(packet, this.#key.name, this.#record(mac, packet.readUInt16BE(0), fields));
  }

  #record(mac: Buffer, originalId: number, fields: SignedFields): TsigFields {
    return { algorithm: this.#agreed.algorithm.name, mac, originalId, ...fields };
  }
}

/** A time, and no error. */
export function signedAt(timeSigned: number): SignedFields {
  return { timeSigned, fudgeSeconds: FUDGE_SECONDS, error: 0, otherData: NO_OCTETS };
}
