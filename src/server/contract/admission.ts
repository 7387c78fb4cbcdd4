import { Opcode } from "../../dns/iana/opcode.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Query } from "./query.ts";

/**
 * What reaches the plugins of a server block only if one of them says so (`Instance.accepts`), and
 * the response code for it everywhere else.
 */
const REFUSALS = {
  /** Where we are secondary to nobody (RFC 1996 §3.10 leaves the choice of error to us). */
  notify: Rcode.NOTAUTH,
  /** Where no zone can be changed from outside, nothing is known of it (RFC 2136 §2.2). */
  update: Rcode.NOTIMP,
  /** AXFR and IXFR. */
  transfer: Rcode.REFUSED,
  /** Questions of class CH, about the server itself. */
  chaos: Rcode.REFUSED,
  /** Questions of class HS, which only `rewrite` makes something of. */
  hesiod: Rcode.REFUSED,
} as const;

export type Admission = keyof typeof REFUSALS;

const NOTHING: ReadonlySet<Admission> = new Set();

/**
 * Judges a question that could be read.
 * @param accepts what the server block takes besides common questions
 * @returns `Rcode.NOERROR` if it is for the chain, else the reply's response code
 */
export function admit(query: Query, accepts: ReadonlySet<Admission>): number {
  const { qclass, qtype, opcode } = query;
  if (opcode === Opcode.NOTIFY) return judge("notify", accepts);
  if (opcode === Opcode.UPDATE) return judge("update", accepts);
  // Questions that no plugin could answer (RFC 6895 §3.1 and §3.2).
  if (qclass === 0 || qtype === 0) return Rcode.FORMERR;
  if (qclass === RrClass.IN) return judgeType(qtype, accepts);
  const kind = classAdmission(qclass);
  if (!kind || !accepts.has(kind)) return Rcode.REFUSED;
  return judgeType(qtype, accepts);
}

function classAdmission(qclass: number): Admission | undefined {
  if (qclass === RrClass.CH) return "chaos";
  return qclass === RrClass.HS ? "hesiod" : undefined;
}

/** Whether it is a question that every block takes: for data of class IN. */
export function isCommon(query: Query): boolean {
  return admit(query, NOTHING) === Rcode.NOERROR;
}

/** As `admit`, for questions of a class that the block takes. */
export function judgeType(qtype: number, accepts: ReadonlySet<Admission> = NOTHING): number {
  if (qtype === 0 || qtype === RrType.OPT) return Rcode.FORMERR;
  if (qtype < RrType.TKEY || qtype >= RrType.ANY) return Rcode.NOERROR;
  // TKEY, TSIG, MAILA and MAILB are not data.
  return isTransfer(qtype) ? judge("transfer", accepts) : Rcode.NOTIMP;
}

/** Whether a question asks for a zone, or for what has changed in it. */
export function isTransfer(qtype: number): boolean {
  return qtype === RrType.AXFR || qtype === RrType.IXFR;
}

/** Whether it asks for records that others may have asked for before: no NOTIFY, no UPDATE, and no transfer. */
export function isForRecords({ opcode, qtype }: Query): boolean {
  return opcode === Opcode.QUERY && !isTransfer(qtype);
}

function judge(what: Admission, accepts: ReadonlySet<Admission>): number {
  return accepts.has(what) ? Rcode.NOERROR : REFUSALS[what];
}
