import { aliasTargets, aliasesOf } from "../../dns/aliases.ts";
import { decodeExtendedError } from "../../dns/edns.ts";
import { isExtendedError } from "../../dns/extended-errors.ts";
import { Flag } from "../../dns/header.ts";
import { formatRcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Message } from "../../dns/message.ts";
import type { TraceFact, UpstreamReplyFact } from "../../server/contract/trace-fact.ts";
import type { Request } from "../../upstream/request.ts";
import type { FetchReport } from "./shared-fetch.ts";

/** Those of an upstream are for people: nobody reads more of them. */
const MAX_ERRORS = 4;

/** What is to be said of a question that went to upstreams, and of the reply if there is one. */
export function noteOf(
  { upstream, strays, wasTruncated }: FetchReport,
  tookMs: number,
  request: Request,
  message: Message | undefined,
): [string, TraceFact] {
  const reply = message && replyFact(request, message);
  const said = reply === undefined ? "no answer" : formatReply(reply);
  const more = [
    ...(wasTruncated ? ["by TCP, for the reply by UDP was cut short"] : []),
    ...(strays > 0 ? [`${strays} messages were no replies to the question`] : []),
  ];
  const note = [`upstream ${upstream}, after ${tookMs.toFixed(1)} ms: ${said}`, ...more].join("; ");
  const address = upstream;
  return [note, { kind: "upstream", address, tookMs, reply, strays, wasTruncated }];
}

function replyFact({ question }: Request, message: Message): UpstreamReplyFact {
  const { rcode, flags, answer, authority, edns } = message;
  const has = (type: number): boolean => authority.some((record) => record.type === type);
  const keys = aliasesOf(question.qname.key, aliasTargets(answer));
  const hasSoa = has(RrType.SOA);
  const options = (edns?.options ?? []).filter(isExtendedError).slice(0, MAX_ERRORS);
  return {
    rcode: formatRcode(rcode),
    isAuthoritative: (flags & Flag.AA) !== 0,
    isRecursive: (flags & Flag.RA) !== 0,
    isTruncated: (flags & Flag.TC) !== 0,
    isReferral: answer.length === 0 && !hasSoa && has(RrType.NS),
    hasSoa,
    records: answer.length,
    relevant: answer.filter(({ owner }) => keys.has(owner.key)).length,
    errors: options.flatMap(({ data }) => {
      const error = decodeExtendedError(data);
      return error ? [{ code: error.infoCode, text: error.extraText }] : [];
    }),
  };
}

function formatReply({ rcode, isTruncated, isReferral, errors }: UpstreamReplyFact): string {
  const parts = [
    rcode,
    ...(isTruncated ? ["truncated"] : []),
    ...(isReferral ? ["a referral"] : []),
    ...errors.map(({ code, text }) => `extended error ${code}${text === "" ? "" : ` "${text}"`}`),
  ];
  return parts.join(", ");
}
