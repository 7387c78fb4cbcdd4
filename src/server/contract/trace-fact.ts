/**
 * What a plugin did with a query, for those who look for causes: the same as its note says, without its words. Names are in
 * presentation form, and not fit to print as they are.
 */
export type TraceFact = AccessFact | RewriteFact | CacheFact | UpstreamFact;

/** A rule about clients has decided. */
export interface AccessFact {
  readonly kind: "access";
  readonly action: "allow" | "block" | "filter" | "drop";
  /** The rule: `Corefile:4`, and its words. */
  readonly at: string;
  readonly rule: string;
  /** Whether others who ask the same may get something else. */
  readonly isForClient: boolean;
}

/** The question has become another one. */
export interface RewriteFact {
  readonly kind: "rewrite";
  readonly at: string;
  readonly rule: string;
  readonly from: AskedFact;
  readonly to: AskedFact;
}

export interface AskedFact {
  readonly name: string;
  readonly type: string;
}

/** The reply is one that was kept. */
export interface CacheFact {
  readonly kind: "cache";
  readonly holds: "answer" | "denial" | "failure";
  readonly ageSeconds: number;
  /** Below 0 for one that has expired and is given all the same. */
  readonly leftSeconds: number;
}

/** An upstream has been asked. */
export interface UpstreamFact {
  readonly kind: "upstream";
  /** Address and port of the one that answered, or was asked last. */
  readonly address: string;
  readonly tookMs: number;
  /** Undefined for silence, or where the network said that it cannot be had. */
  readonly reply: UpstreamReplyFact | undefined;
  /** Messages that came and were no answers to the question. */
  readonly strays: number;
  /** Whether a reply was cut short and asked for again by TCP. */
  readonly wasTruncated: boolean;
}

export interface UpstreamReplyFact {
  readonly rcode: string;
  readonly isAuthoritative: boolean;
  /** Whether it says that it resolves for others (RA). */
  readonly isRecursive: boolean;
  readonly isTruncated: boolean;
  /** Whether it names others to ask instead of answering. */
  readonly isReferral: boolean;
  readonly hasSoa: boolean;
  /** Records of the answer section, and those of them that belong to the name asked for or its aliases. */
  readonly records: number;
  readonly relevant: number;
  /** Extended DNS Errors (RFC 8914): code and text. */
  readonly errors: readonly { readonly code: number; readonly text: string }[];
}
