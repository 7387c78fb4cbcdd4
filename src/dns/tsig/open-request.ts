import { Rcode } from "../iana/rcode.ts";
import type { Name } from "../name.ts";
import type { AgreedAlgorithm, TsigKey } from "./tsig-key.ts";
import { agreedAlgorithm } from "./tsig-key.ts";
import { computeMac, isMacLength, isSameMac } from "./tsig-mac.ts";
import type { SignedFields } from "./tsig-mac.ts";
import type { SignedMessage, TsigFields } from "./tsig-record.ts";
import { appendTsig, readSigned, tsigOctets } from "./tsig-record.ts";
import { NO_OCTETS, TsigSigner, signedAt } from "./tsig-signer.ts";

/** What came of a request that has a TSIG record, and how its reply is signed. */
export interface OpenedRequest {
  /** For the reply's header: NOERROR, FORMERR or NOTAUTH. */
  readonly rcode: number;
  /** For its TSIG record: NOERROR, BADSIG (16), BADKEY, BADTIME or BADTRUNC. */
  readonly error: number;
  /** As the request writes it. */
  readonly keyName: Name | undefined;
  /** The key, if its holder has signed. */
  readonly key: TsigKey | undefined;
  /** Octets that `seal` adds. */
  readonly octets: number;
  /** Adds the record to a reply, or to one after another of a stream. */
  seal(packet: Buffer, nowSeconds: number): Buffer;
}

/** Of RFC 8945 §5.2.2; the number is also that of BADVERS. */
export const BADSIG: number = Rcode.BADVERS;

const MALFORMED: OpenedRequest = {
  rcode: Rcode.FORMERR,
  error: 0,
  keyName: undefined,
  key: undefined,
  octets: 0,
  seal: (packet) => packet,
};

/**
 * Looks whether a request was signed by who holds a key (RFC 8945 §5.2): the key, the MAC, the time, and how
 * much of the MAC there is, in this order. The packet's octets are not needed any more when it returns.
 * @param at where the TSIG record begins
 * @param findKey by name, in whatever case
 */
export function openRequest(
  packet: Buffer,
  at: number,
  findKey: (name: Name) => TsigKey | undefined,
  nowSeconds: number,
): OpenedRequest {
  const message = readSigned(packet, at);
  if (!message) return MALFORMED;
  const { keyName, fields } = message;
  const key = findKey(keyName);
  const agreed = key && agreedAlgorithm(key, fields.algorithm);
  if (!key || !agreed) return unsigned(message, Rcode.BADKEY);
  if (fields.mac.length > 0 && !isMacLength(fields.mac.length, agreed.algorithm)) return MALFORMED;
  if (!isVerified(message, key, agreed)) return unsigned(message, BADSIG);
  if (Math.abs(nowSeconds - fields.timeSigned) > fields.fudgeSeconds) {
    return badTime(message, key, agreed);
  }
  const isShort = fields.mac.length < agreed.macOctets;
  const error = isShort ? Rcode.BADTRUNC : 0;
  const signer = new TsigSigner(key, replyAlgorithm(agreed, fields), Buffer.from(fields.mac));
  return {
    rcode: isShort ? Rcode.NOTAUTH : Rcode.NOERROR,
    error,
    keyName,
    key: isShort ? undefined : key,
    octets: signer.octets(),
    seal: (reply, now) => signer.sign(reply, { ...signedAt(now), error }),
  };
}

function isVerified(message: SignedMessage, key: TsigKey, { algorithm }: AgreedAlgorithm): boolean {
  const { header, body, fields } = message;
  const expected = computeMac(key, algorithm, {
    before: undefined,
    messages: [header, body],
    fields,
    isContinued: false,
  });
  return isSameMac(fields.mac, expected);
}

/** A reply's MAC is no shorter than the request's. */
function replyAlgorithm(
  { algorithm, macOctets }: AgreedAlgorithm,
  { mac }: TsigFields,
): AgreedAlgorithm {
  return { algorithm, macOctets: Math.max(macOctets, mac.length) };
}

/** To whoever has no good key the reply's record is told without a MAC (RFC 8945 §5.3.2). */
function unsigned({ keyName, fields }: SignedMessage, error: number): OpenedRequest {
  const record = {
    ...fields,
    algorithm: fields.algorithm,
    error,
    mac: NO_OCTETS,
    otherData: NO_OCTETS,
  };
  return {
    rcode: Rcode.NOTAUTH,
    error,
    keyName,
    key: undefined,
    octets: tsigOctets(keyName, record),
    seal: (reply, timeSigned) =>
      appendTsig(reply, keyName, { ...record, timeSigned, originalId: reply.readUInt16BE(0) }),
  };
}

/** The reply has the client's time, so that it verifies there, and ours beside it (RFC 8945 §5.2.3). */
function badTime(message: SignedMessage, key: TsigKey, agreed: AgreedAlgorithm): OpenedRequest {
  const { keyName, fields } = message;
  const signer = new TsigSigner(key, replyAlgorithm(agreed, fields), Buffer.from(fields.mac));
  const { timeSigned, fudgeSeconds } = fields;
  const error = Rcode.BADTIME;
  return {
    rcode: Rcode.NOTAUTH,
    error,
    keyName,
    key: undefined,
    octets: signer.octets(TIME_OCTETS),
    seal(reply, nowSeconds) {
      const otherData = Buffer.alloc(TIME_OCTETS);
      otherData.writeUIntBE(nowSeconds, 0, TIME_OCTETS);
      const told: SignedFields = { timeSigned, fudgeSeconds, error, otherData };
      return signer.sign(reply, told);
    },
  };
}

const TIME_OCTETS = 6;
