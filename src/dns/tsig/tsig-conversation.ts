import { HEADER_OCTETS } from "../header.ts";
import { Rcode, formatRcode } from "../iana/rcode.ts";
import { BADSIG } from "./open-request.ts";
import type { AgreedAlgorithm, TsigKey } from "./tsig-key.ts";
import { ownAlgorithm } from "./tsig-key.ts";
import { computeMac, isMacLength, isSameMac } from "./tsig-mac.ts";
import type { SignedMessage, TsigFields } from "./tsig-record.ts";
import { findTsig, readSigned } from "./tsig-record.ts";
import { TsigSigner, signedAt } from "./tsig-signer.ts";

/** Messages of a stream that may be unsigned in a row (RFC 8945 §5.3.1). */
const MAX_UNSIGNED = 99;

/** Says why a reply is not from who holds the key. */
export class TsigError extends Error {}

/**
 * The client's side of one request: signs it, and looks whether replies are from who holds the key. Use: `sign`, then
 * `verify` for each message of the reply in its order, then `end`.
 */
export class TsigConversation {
  readonly #key: TsigKey;
  readonly #agreed: AgreedAlgorithm;
  readonly #nowSeconds: () => number;
  /** MAC of the request, then of the last message that was signed. */
  #before: Buffer = Buffer.alloc(0);
  #isContinued = false;
  /** Messages since then. */
  #unsigned: Buffer[] = [];

  /** @param nowSeconds the time, in seconds since 1970 */
  constructor(key: TsigKey, nowSeconds: () => number) {
    this.#key = key;
    this.#agreed = ownAlgorithm(key);
    this.#nowSeconds = nowSeconds;
  }

  /** @returns the request, signed; another one begins anew */
  sign(request: Buffer): Buffer {
    const signer = new TsigSigner(this.#key, this.#agreed);
    const signed = signer.sign(request, signedAt(this.#nowSeconds()));
    this.#before = signer.mac ?? Buffer.alloc(0);
    this.#isContinued = false;
    this.#unsigned = [];
    return signed;
  }

  /**
   * Takes the next message of the reply. What one without a record says is not to be relied on before a later one, or `end`,
   * has been found good.
   * @throws {TsigError}
   */
  verify(packet: Buffer): void {
    const at = findTsig(packet);
    if (at === undefined) throw new TsigError("malformed reply");
    if (at === 0) return this.#takeUnsigned(packet);
    const message = readSigned(packet, at);
    if (!message) throw new TsigError("malformed TSIG record");
    this.#verify(message, packet.readUInt16BE(2) & 0x0f);
    this.#before = Buffer.from(message.fields.mac);
    this.#isContinued = true;
    this.#unsigned = [];
  }

  /**
   * The reply is over: its last message has to be signed.
   * @throws {TsigError}
   */
  end(): void {
    if (this.#unsigned.length > 0) throw new TsigError("the last message is not signed");
  }

  #takeUnsigned(packet: Buffer): void {
    if (!this.#isContinued) throw new TsigError("the reply is not signed");
    if (this.#unsigned.length >= MAX_UNSIGNED) {
      throw new TsigError(`more than ${MAX_UNSIGNED} messages are not signed`);
    }
    // The next MAC covers it, and its octets may be gone by then.
    this.#unsigned.push(Buffer.from(packet));
  }

  #verify({ keyName, fields, header, body }: SignedMessage, rcode: number): void {
    const { algorithm } = this.#agreed;
    if (!keyName.equals(this.#key.name) || !fields.algorithm.equals(algorithm.name)) {
      throw new TsigError("signed with another key");
    }
    // Nothing is signed for who has no good key (§5.3.2): it may be the truth.
    if (fields.mac.length === 0 && rcode === Rcode.NOTAUTH) {
      throw new TsigError(`the server says ${formatTsigError(fields.error)}`);
    }
    if (!isMacLength(fields.mac.length, algorithm) || !this.#isVerified(fields, header, body)) {
      throw new TsigError("bad signature");
    }
    if (fields.error !== 0) throw new TsigError(`the server says ${serverSays(fields)}`);
    if (Math.abs(this.#nowSeconds() - fields.timeSigned) > fields.fudgeSeconds) {
      throw new TsigError("the clocks are too far apart");
    }
    if (fields.mac.length < this.#agreed.macOctets) throw new TsigError("truncated signature");
  }

  #isVerified(fields: TsigFields, header: Buffer, body: Buffer): boolean {
    const expected = computeMac(this.#key, this.#agreed.algorithm, {
      before: this.#before,
      messages: [...this.#unsigned, header.subarray(0, HEADER_OCTETS), body],
      fields,
      isContinued: this.#isContinued,
    });
    return isSameMac(fields.mac, expected);
  }
}

/** With BADTIME the server tells its own time (RFC 8945 §5.2.3). */
function serverSays({ error, timeSigned, otherData }: TsigFields): string {
  if (error !== Rcode.BADTIME || otherData.length !== 6) return formatTsigError(error);
  return `BADTIME: its clock is ${otherData.readUIntBE(0, 6) - timeSigned} s ahead of ours`;
}

/** The mnemonic of a TSIG record's error: 16 is BADSIG there. */
export function formatTsigError(error: number): string {
  return error === BADSIG ? "BADSIG" : formatRcode(error);
}
