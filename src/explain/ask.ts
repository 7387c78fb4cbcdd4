import { authorityTtl } from "../dns/denial-ttl.ts";
import { formatRcode } from "../dns/iana/rcode.ts";
import { Rcode } from "../dns/iana/rcode.ts";
import { RrType, formatRrType } from "../dns/iana/rr-type.ts";
import { Flag } from "../dns/header.ts";
import type { Name } from "../dns/name.ts";
import { formatRecord } from "../dns/presentation.ts";
import type { Query } from "../server/contract/query.ts";
import type { Reply } from "../server/contract/reply.ts";
import { DROPPED } from "../server/contract/reply.ts";
import { Trace } from "../server/contract/trace.ts";
import type { ServingBlock } from "../server/pipeline/serving-block.ts";
import type { Aside, PassedOver, PastCache, Told } from "./explanation.ts";
import type { Respondent } from "./put-question.ts";
import { endOf, isAnswer, questionOf } from "./put-question.ts";

/** What came of a question; with the records themselves. */
export interface Asked {
  readonly told: Told;
  readonly reply: Reply | undefined;
}

/** Blocks beside the one that has answered that are asked, too. */
const MAX_ASIDE = 3;

/** Puts a question to the server as a client would, with a trace; never rejects. */
export async function askOne(to: Respondent, qname: Name, qtype: number): Promise<Asked> {
  const byUdp = await askBy("udp", to, qname, qtype);
  // A resolver then asks by TCP (RFC 7766 §5).
  const isCut = byUdp.reply !== undefined && (byUdp.reply.flags & Flag.TC) !== 0;
  const { told, reply } = isCut ? await askBy("tcp", to, qname, qtype) : byUdp;
  const wasTruncated = isCut;
  const [passedOver, pastCache] = await Promise.all([
    told.isAnswered ? [] : askPassedOver(to, qname, qtype),
    isOutOfCache(told) ? askPastCache(to, qname, qtype) : null,
  ]);
  return { told: { ...told, wasTruncated, passedOver, pastCache }, reply };
}

async function askBy(
  transport: "udp" | "tcp",
  to: Respondent,
  qname: Name,
  qtype: number,
): Promise<Asked> {
  const query = questionOf(to, qname, qtype, transport);
  const trace = (query.trace = new Trace());
  const block = to.router.match(query)?.block;
  const beganMs = performance.now();
  const ended = await endOf(query, block, to.deadlineMs);
  const tookUs = Math.round((performance.now() - beganMs) * 1_000);
  const reply = ended.outcome === DROPPED ? undefined : ended.outcome;
  const ttls = (reply?.answer ?? []).map(({ ttlSeconds }) => ttlSeconds);
  const told: Told = {
    type: formatRrType(qtype),
    rcode: reply ? formatRcode(reply.rcode) : null,
    reason: reply?.reason ?? null,
    failure: ended.failure ?? (ended.outcome === DROPPED ? "no reply, on purpose" : null),
    isAnswered: reply !== undefined && isAnswer(reply, qname, qtype),
    records: (reply?.answer ?? []).map(formatRecord),
    ttlSeconds: ttls.length === 0 ? null : Math.min(...ttls),
    deniedForSeconds: reply ? deniedForSeconds(reply) : null,
    wasTruncated: false,
    tookUs,
    block: block?.at
      ? { at: `${block.at.file}:${block.at.line}`, view: block.view?.name ?? null }
      : null,
    steps: stepsOf(trace),
    passedOver: [],
    pastCache: null,
  };
  return { told, reply };
}

/** What the blocks would say that a view has kept the client out of. */
async function askPassedOver(to: Respondent, qname: Name, qtype: number): Promise<PassedOver[]> {
  const query = questionOf(to, qname, qtype);
  const blocks = to.router.passedOver(query).slice(0, MAX_ASIDE);
  return Promise.all(
    blocks.map(async (block): Promise<PassedOver> => {
      const refusal = block.view?.refusal?.(query);
      const aside = await askAside(questionOf(to, qname, qtype), block, to.deadlineMs);
      return {
        ...aside,
        at: block.at ? `${block.at.file}:${block.at.line}` : "",
        view: block.view?.name ?? "",
        condition: refusal ? { at: refusal.at, text: refusal.condition } : null,
      };
    }),
  );
}

async function askPastCache(to: Respondent, qname: Name, qtype: number): Promise<PastCache> {
  const query = questionOf(to, qname, qtype);
  const trace = (query.trace = new Trace({ skipsCaches: true }));
  const aside = await askAside(query, to.router.match(query)?.block, to.deadlineMs);
  return { ...aside, steps: stepsOf(trace) };
}

/** As they are now: what is still at work may add to its own. */
function stepsOf({ steps }: Trace): Told["steps"] {
  return steps.map(({ plugin, at, depth, notes, facts, outcome = null }) => {
    return { plugin, at, depth, notes: [...notes], facts: [...facts], outcome };
  });
}

async function askAside(
  query: Query,
  block: ServingBlock | undefined,
  deadlineMs: number,
): Promise<Aside> {
  const { outcome } = await endOf(query, block, deadlineMs);
  if (outcome === undefined || outcome === DROPPED) return { rcode: null, isAnswered: false };
  const { qname, qtype } = query;
  return { rcode: formatRcode(outcome.rcode), isAnswered: isAnswer(outcome, qname, qtype) };
}

/** Whether it is a denial or failure that was kept, or an answer that has run out. */
function isOutOfCache({ steps }: Told): boolean {
  return steps.some(({ facts }) => {
    return facts.some((fact) => {
      return fact.kind === "cache" && (fact.holds !== "answer" || fact.leftSeconds <= 0);
    });
  });
}

function deniedForSeconds({ rcode, authority }: Reply): number | null {
  if (rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN) return null;
  const soa = authority.find(({ type }) => type === RrType.SOA);
  return soa ? authorityTtl(soa) : null;
}
