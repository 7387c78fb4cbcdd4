import { aliasTargets, aliasesOf } from "../../dns/aliases.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Question } from "../../dns/message.ts";
import { isKeyWithin } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";

type Records = readonly ResourceRecord[];

/**
 * Of an answer section what was asked for: records of the class asked, owned by the name in the
 * question, by what its aliases lead to, or by a DNAME above one of these. The others are nobody's
 * business here, true or not (RFC 2181 §5.4.1) - but only beside an answer. Where none is left,
 * as when the upstream has rewritten the name and not written it back, all of them are the answer:
 * to leave them out would make a denial of it that nobody has made.
 */
export function relevantRecords({ qname, qtype, qclass }: Question, answer: Records): Records {
  const isRightClass = (record: ResourceRecord): boolean =>
    record.class === qclass || qclass === RrClass.ANY;
  const isPlain = (record: ResourceRecord): boolean =>
    record.owner.key === qname.key && isRightClass(record);
  if (answer.every(isPlain)) return answer;
  const keys = aliasesOf(qname.key, aliasTargets(answer));
  const relevant = answer.filter((record) => {
    if (!isRightClass(record)) return false;
    const { key } = record.owner;
    if (keys.has(key)) return true;
    const isDname = record.type === RrType.DNAME || record.type === RrType.RRSIG;
    return isDname && [...keys].some((name) => isKeyWithin(name, key));
  });
  const isAnswer = ({ type, owner }: ResourceRecord): boolean =>
    (type === qtype || qtype === RrType.ANY) && keys.has(owner.key);
  return relevant.some(isAnswer) ? relevant : answer;
}
