import type { Cause } from "../finding.ts";
import { isAnswered } from "../finding.ts";
import { factsIn, stepText } from "../told-facts.ts";
import { count } from "../words.ts";
import { commands } from "./commands.ts";

/** The name is there by now, and the cache does not know it yet. */
export const denialCached: Cause = (seen) => {
  if (isAnswered(seen)) return undefined;
  const stated = factsIn(seen.answers, "cache").find(({ fact, told }) => {
    return fact.holds !== "answer" && told.pastCache?.isAnswered === true;
  });
  if (!stated) return undefined;
  const { fact, step } = stated;
  const what = fact.holds === "denial" ? "its denial" : "a failure to resolve it";
  const left = fact.leftSeconds > 0 ? `, for another ${fact.leftSeconds} s` : "";
  return {
    code: "denial-cached",
    level: "failing",
    weight: 110,
    sentence: `"${seen.name}" is there now, but ${stepText(step)} still has ${what}${left}`,
    evidence: [
      `what it has came ${fact.ageSeconds} s ago`,
      "asked past the cache, the name has an answer now",
    ],
    next: [commands.flush(seen.name)],
  };
};

/** It resolves only since the cache gives what has run out (`serve_stale`). */
export const staleAnswer: Cause = (seen) => {
  if (!isAnswered(seen)) return undefined;
  const stated = factsIn(seen.answers, "cache").find(({ fact, told }) => {
    const isStale = fact.holds === "answer" && fact.leftSeconds <= 0;
    return isStale && told.pastCache?.isAnswered === false;
  });
  if (!stated) return undefined;
  const { fact, step, told } = stated;
  const now = told.pastCache?.rcode ?? "no reply";
  return {
    code: "stale-answer",
    level: "warning",
    weight: 60,
    sentence: `"${seen.name}" resolves only because ${stepText(step)} gives an answer that has run out: whoever knows the name now says ${now}`,
    evidence: [
      `the answer came ${count(fact.ageSeconds, "second")} ago, and ran out ${-fact.leftSeconds} s ago`,
      '"serve_stale" gives it all the same, for as long as it says',
    ],
    next: [commands.upstream(seen.name)],
  };
};
