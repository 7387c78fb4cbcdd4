import { aliasTargets, aliasesOf } from "../dns/aliases.ts";
import { Flag } from "../dns/header.ts";
import { Rcode } from "../dns/iana/rcode.ts";
import { RrClass } from "../dns/iana/rr-class.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import type { Name } from "../dns/name.ts";
import { admit } from "../server/contract/admission.ts";
import { internalClient } from "../server/contract/internal-client.ts";
import { Query } from "../server/contract/query.ts";
import type { Outcome } from "../server/contract/reply.ts";
import { Reply } from "../server/contract/reply.ts";
import { failureReply } from "../server/pipeline/chain.ts";
import type { ServingBlock } from "../server/pipeline/serving-block.ts";
import type { ZoneRouter } from "../server/pipeline/zone-router.ts";
import type { Client } from "../transport/client.ts";

/** Whom questions are put to, and until when. */
export interface Respondent {
  readonly router: ZoneRouter<ServingBlock>;
  /** The client's address. */
  readonly address: string;
  /** On the clock of `performance.now()`. */
  readonly deadlineMs: number;
}

/** What came of a question: neither a reply nor silence on purpose if there was no time for it. */
export interface Ended {
  readonly outcome: Outcome | undefined;
  readonly failure: string | undefined;
}

/** A question as a client would put it. */
export function questionOf(
  { address }: Respondent,
  qname: Name,
  qtype: number,
  transport: "udp" | "tcp" = "udp",
): Query {
  const client: Client = { ...internalClient(transport), address };
  const query = new Query(client, 0, Flag.RD, 0);
  query.qname = qname;
  query.qtype = qtype;
  query.qclass = RrClass.IN;
  query.hasQuestion = true;
  return query;
}

/** What comes of a question in a block; never rejects. */
export async function endOf(
  query: Query,
  block: ServingBlock | undefined,
  deadlineMs: number,
): Promise<Ended> {
  if (!block || block.isEmpty) return { outcome: new Reply(Rcode.REFUSED), failure: undefined };
  const refusal = admit(query, block.accepts);
  if (refusal !== Rcode.NOERROR) return { outcome: new Reply(refusal), failure: undefined };
  try {
    const result = block.tracedChain(query);
    if (!(result instanceof Promise)) return { outcome: result, failure: undefined };
    return await inTime(result, deadlineMs);
  } catch (failure) {
    const message = failure instanceof Error ? failure.message : String(failure);
    return { outcome: failureReply(failure), failure: message };
  }
}

async function inTime(result: Promise<Outcome>, deadlineMs: number): Promise<Ended> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Ended>((resolve) => {
    const leftMs = Math.max(0, deadlineMs - performance.now());
    const failure = "no answer in the time that there was for the explanation";
    timer = setTimeout(() => resolve({ outcome: undefined, failure }), leftMs);
  });
  const end = result.then((outcome): Ended => ({ outcome, failure: undefined }));
  try {
    return await Promise.race([end, late]);
  } finally {
    clearTimeout(timer);
    end.catch(() => undefined);
  }
}

/** Records of other names than the one asked for and its aliases are none that a resolver takes. */
export function isAnswer({ rcode, answer }: Reply, { key }: Name, qtype: number): boolean {
  if (rcode !== Rcode.NOERROR) return false;
  const keys = aliasesOf(key, aliasTargets(answer));
  return answer.some(({ type, owner }) => {
    return keys.has(owner.key) && (type === qtype || qtype === RrType.ANY);
  });
}
