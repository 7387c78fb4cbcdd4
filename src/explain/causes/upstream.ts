import { extendedErrorName } from "../../dns/iana/extended-error-name.ts";
import type { UpstreamFact, UpstreamReplyFact } from "../../server/contract/trace-fact.ts";
import type { Told } from "../explanation.ts";
import type { Cause, Seen } from "../finding.ts";
import { hasReason, isAnswered, isMeant } from "../finding.ts";
import { factsIn, stepText } from "../told-facts.ts";
import { lastStep } from "./answers.ts";
import { commands } from "./commands.ts";

/** Resolvers ask again after five seconds (resolv.conf(5)): a tenth of that is felt. */
const SLOW_MS = 500;

/** What is wrong, and what shows it. */
interface Trouble {
  readonly code: string;
  /** Goes on behind `"name" cannot be resolved: `. */
  readonly what: string;
  readonly evidence?: readonly string[];
}

/** Nobody denies the name, and yet nobody answers. */
export const upstreamFailed: Cause = (seen) => {
  if (isAnswered(seen) || hasReason(seen, "not-synced")) return undefined;
  for (const told of seen.answers) {
    const fact = factsIn([told], "upstream").at(-1)?.fact;
    const trouble = (fact && troubleWith(fact, told, seen)) ?? otherTrouble(told);
    if (!trouble) continue;
    const { code, what, evidence = [] } = trouble;
    const last = lastStep(told);
    return {
      code,
      level: "failing",
      weight: isMeant(seen) && seen.typedLabels > 1 ? 55 : seen.typedLabels === 1 ? 8 : 50,
      sentence: `"${seen.name}" cannot be resolved: ${what}`,
      evidence: [
        ...evidence,
        ...(told.failure === null ? [] : [told.failure]),
        ...(last ? last.notes.map((note) => `${stepText(last)}: ${note}`) : []),
      ],
      next: [commands.upstream(seen.name, fact?.address)],
    };
  }
  return undefined;
};

function troubleWith(
  fact: UpstreamFact,
  told: Told,
  { ownUpstreams }: Pick<Seen, "ownUpstreams">,
): Trouble | undefined {
  const { address, reply, strays } = fact;
  if (reply) return troubleIn(reply, address);
  if (ownUpstreams.includes(address)) {
    const what = `it is forwarded to ${address}, which is this server itself, and goes in a circle`;
    const evidence = ['"loop" in the server block would have told so at the start'];
    return { code: "upstream-is-this-server", what, evidence };
  }
  if (told.wasTruncated || fact.wasTruncated) {
    const what = `the answer is too long for UDP, and upstream ${address} does not answer by TCP`;
    const evidence = ["often a firewall lets pass UDP port 53 only"];
    return { code: "truncated-and-no-tcp", what, evidence };
  }
  if (strays === 0) return undefined;
  const what = `upstream ${address} sends replies to other questions than the one that it was asked`;
  const evidence = [`${strays} such messages came, which are not looked at: they may be forged`];
  return { code: "upstream-answers-otherwise", what, evidence };
}

/** A reply that neither answers nor denies. */
function troubleIn(reply: UpstreamReplyFact, address: string): Trouble | undefined {
  const { rcode, errors } = reply;
  if (rcode === "NXDOMAIN") return undefined;
  if (rcode === "SERVFAIL") {
    const why = errors.map(errorText);
    const because = why.length === 0 ? ", and does not say why" : `: ${why.join("; ")}`;
    return { code: "upstream-servfail", what: `upstream ${address} says SERVFAIL${because}` };
  }
  if (rcode === "REFUSED") {
    const evidence = ["it does not take questions from here, or none for such names"];
    return { code: "upstream-refuses", what: `upstream ${address} refuses it`, evidence };
  }
  const lame = (what: string): Trouble => ({
    code: "upstream-lame",
    what: `upstream ${address} ${what}`,
  });
  if (rcode !== "NOERROR") return lame(`says ${rcode}`);
  if (reply.isReferral) return lame("does not resolve for others: it only says whom to ask");
  if (reply.records > 0 && reply.relevant === 0) {
    const what = `upstream ${address} answers with records of other names, which resolvers do not take`;
    return { code: "answers-other-names", what };
  }
  const isNothing = reply.records === 0 && !reply.hasSoa && !reply.isAuthoritative;
  if (isNothing && !reply.isRecursive)
    return lame("does not resolve for others: its reply is empty");
  return undefined;
}

function errorText({ code, text }: UpstreamReplyFact["errors"][number]): string {
  const name = extendedErrorName(code) ?? `extended error ${code}`;
  return text === "" ? name : `${name} (${text})`;
}

/** Failures without an upstream that one could name. */
function otherTrouble(told: Told): Trouble | undefined {
  if (!isFailed(told)) return undefined;
  const last = lastStep(told);
  const who = last ? stepText(last) : "the server";
  const isSilent = told.reason === "upstream-silent" || told.rcode === null;
  if (isSilent) return { code: "upstream-silent", what: `${who} gets no answer from upstream` };
  const code = told.reason === "upstream-failed" ? "upstream-failed" : "failed";
  return { code, what: `${who} says ${told.rcode}` };
}

/** It works, and takes long. */
export const upstreamSlow: Cause = (seen) => {
  if (!isAnswered(seen)) return undefined;
  const slow = factsIn(seen.answers, "upstream")
    .filter(({ told, fact }) => told.isAnswered && fact.tookMs >= SLOW_MS)
    .toSorted((a, b) => b.fact.tookMs - a.fact.tookMs)[0];
  if (!slow) return undefined;
  const { address, tookMs } = slow.fact;
  return {
    code: "upstream-slow",
    level: "warning",
    weight: 30,
    sentence: `"${seen.name}" resolves, but slowly: upstream ${address} took ${Math.round(tookMs)} ms`,
    evidence: [
      `asked by ${stepText(slow.step)}; a datagram that was lost and sent again looks the same`,
      "resolvers of pods wait for 5 s, and then ask again",
    ],
    next: [commands.upstream(seen.name, address)],
  };
};

/** One family has addresses, and the question for the other one fails: some resolvers fail for both. */
export const otherFamilyFails: Cause = (seen) => {
  if (!isAnswered(seen)) return undefined;
  const failed = seen.answers.find((told) => !told.isAnswered && isFailed(told));
  const good = seen.answers.find((told) => told.isAnswered);
  if (!failed || !good) return undefined;
  const last = lastStep(failed);
  return {
    code: "other-family-fails",
    level: "warning",
    weight: 45,
    sentence: `"${seen.name}" has ${good.type} records, but the question for ${failed.type} ends with ${failed.rcode ?? "no reply"}`,
    evidence: [
      ...(last ? [stepText(last), ...last.notes] : []),
      "resolvers that ask for both may take that for a failure of the whole (musl), or wait for it (glibc)",
    ],
    next: [commands.explainType(seen.name, failed.type, "that question alone")],
  };
};

function isFailed({ rcode, block }: Told): boolean {
  if (block === null) return false;
  return rcode !== "NOERROR" && rcode !== "NXDOMAIN";
}
