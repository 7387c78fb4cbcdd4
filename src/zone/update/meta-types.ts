import { RrType } from "../../dns/iana/rr-type.ts";

/** Types of questions and of messages, which no zone holds (RFC 6895 §3.1); ANY, which stands for all types, is not among them. */
export function isMetaType(type: number): boolean {
  return type === 0 || type === RrType.OPT || (type >= RrType.NXNAME && type < RrType.ANY);
}
