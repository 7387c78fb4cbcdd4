import { formatRcode } from "../dns/iana/rcode.ts";
import { Rcode } from "../dns/iana/rcode.ts";
import { RrClass } from "../dns/iana/rr-class.ts";
import { RrType, formatRrType } from "../dns/iana/rr-type.ts";
import { Flag } from "../dns/header.ts";
import type { Name } from "../dns/name.ts";
import { formatRecord } from "../dns/presentation.ts";
import { admit } from "../server/contract/admission.ts";
import { internalClient } from "../server/contract/internal-client.ts";
import { Query } from "../server/contract/query.ts";
import type { Outcome } from "../server/contract/reply.ts";
import { DROPPED, Reply } from "../server/contract/reply.ts";
import { Trace } from "../server/contract/trace.ts";
import type { Client } from "../transport/client.ts";
import { failureReply } from "../server/pipeline/chain.ts";
import type { ServingBlock } from "../server/pipeline/serving-block.ts";
import type { ZoneRouter } from "../server/pipeline/zone-router.ts";
import type { Told } from "./explanation.ts";

/** Whom questions are put to, and until when. */
export interface Respondent {
  readonly router: ZoneRouter<ServingBlock>;
  /** The client's address. */
  readonly address: string;
  /** On the clock of `performance.now()`. */
  readonly deadlineMs: number;
}

/** What came of a question; with the records themselves. */
export interface Asked {
  readonly told: Told;
  readonly reply: Reply | undefined;
}

interface Ended {
  readonly outcome: Outcome | undefined;
  readonly failure: string | undefined;
}

/** Puts a question to the server as a client would, with a trace; never rejects. */
export async function askOne(to: Respondent, qname: Name, qtype: number): Promise<Asked> {
  const query = questionOf(to, qname, qtype);
  const trace = (query.trace = new Trace());
  const route = to.router.match(query);
  const beganMs = performance.now();
  const ended = await endOf(query, route?.block, to.deadlineMs);
  const tookUs = Math.round((performance.now() - beganMs) * 1_000);
  const reply = ended.outcome === DROPPED ? undefined : ended.outcome;
  const ttls = (reply?.answer ?? []).map(({ ttlSeconds }) => ttlSeconds);
  const block = route?.block;
  const told: Told = {
    type: formatRrType(qtype),
    rcode: reply ? formatRcode(reply.rcode) : null,
    reason: reply?.reason ?? null,
    failure: ended.failure ?? (ended.outcome === DROPPED ? "no reply, on purpose" : null),
    isAnswered: reply !== undefined && isAnswer(reply, qtype),
    records: (reply?.answer ?? []).map(formatRecord),
    ttlSeconds: ttls.length === 0 ? null : Math.min(...ttls),
    tookUs,
    block: block?.at
      ? { at: `${block.at.file}:${block.at.line}`, view: block.view?.name ?? null }
      : null,
    // What is still at work may add to its own.
    steps: trace.steps.map(({ plugin, at, depth, notes, outcome = null }) => {
      return { plugin, at, depth, notes: [...notes], outcome };
    }),
  };
  return { told, reply };
}

function questionOf({ address }: Respondent, qname: Name, qtype: number): Query {
  const client: Client = { ...internalClient("udp"), address };
  const query = new Query(client, 0, Flag.RD, 0);
  query.qname = qname;
  query.qtype = qtype;
  query.qclass = RrClass.IN;
  query.hasQuestion = true;
  return query;
}

async function endOf(
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

function isAnswer({ rcode, answer }: Reply, qtype: number): boolean {
  if (rcode !== Rcode.NOERROR) return false;
  return answer.some(({ type }) => type === qtype || qtype === RrType.ANY);
}
