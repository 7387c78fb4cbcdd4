import { TsigConversation, TsigError } from "../../dns/tsig/tsig-conversation.ts";
import type { TsigKey } from "../../dns/tsig/tsig-key.ts";
import { TransferError } from "./transfer-error.ts";

/** A server that zones are transferred from. */
export interface PrimaryServer {
  /** Of IPv4 or IPv6, perhaps with a zone: `fe80::1%eth0`. */
  readonly address: string;
  readonly port: number;
  /** What it shares with us; without one nothing is signed. */
  readonly key?: TsigKey | undefined;
}

/** How one request is signed, and its reply looked at: once for each request. */
export interface Signing {
  sign(request: Buffer): Buffer;
  /** @throws {TransferError} if a message is not from who holds the key */
  verify(message: Buffer): void;
  /** What came before may be relied on. @throws {TransferError} if it may not */
  end(): void;
}

const NOTHING: Signing = { sign: (request) => request, verify: () => {}, end: () => {} };

export function signingWith(key: TsigKey | undefined): Signing {
  if (!key) return NOTHING;
  const conversation = new TsigConversation(key, () => Math.floor(Date.now() / 1_000));
  return {
    sign: (request) => conversation.sign(request),
    verify: (message) => asTransferError(() => conversation.verify(message)),
    end: () => asTransferError(() => conversation.end()),
  };
}

function asTransferError(run: () => void): void {
  try {
    run();
  } catch (cause) {
    if (!(cause instanceof TsigError)) throw cause;
    throw new TransferError(`its reply is not to be trusted: ${cause.message}`, false, cause);
  }
}
