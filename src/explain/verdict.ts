import { Name } from "../dns/name.ts";
import type { Respondent } from "./put-question.ts";
import { askOne } from "./ask.ts";
import { commands } from "./causes/commands.ts";
import { lastStep } from "./causes/answers.ts";
import { agesOf } from "./causes/out-of-date.ts";
import { nearestCause } from "./causes/table.ts";
import type { Asked, Command, Verdict } from "./explanation.ts";
import type { Finding, Seen } from "./finding.ts";
import { isAnswered } from "./finding.ts";
import { count } from "./words.ts";

/** For the question whether a name would be there outside, too: nobody waits long for that. */
const OUTSIDE_MS = 500;

export interface Judged {
  readonly asked: Asked;
  readonly names: readonly Seen[];
  readonly to: Respondent;
  readonly types: readonly number[];
}

/** Says in one sentence whether the name works, or what is the matter. */
export async function verdictOf(judged: Judged): Promise<Verdict> {
  const { names } = judged;
  const last = names.at(-1);
  // What failed on the way to an answer is how search lists work.
  const isFound = last !== undefined && isAnswered(last);
  const finding = nearestCause(isFound ? [last] : names);
  // Whoever has meant a name outside does not care what ails the Service that he has got in its place.
  const captured = isFound ? await capturedBySearch(last, judged, finding) : undefined;
  if (captured) return captured;
  if (finding) {
    const unseen = [...unseenBy(finding, last), ...keptByOthers(names)];
    return { ...withoutWeight(finding), unseen };
  }
  if (!isFound) return unknownCause(names);
  return well(last, judged);
}

function withoutWeight({
  code,
  level,
  sentence,
  evidence,
  next,
}: Finding): Omit<Verdict, "unseen"> {
  return { code, level, sentence, evidence, next };
}

function unseenBy({ unseen = [] }: Finding, last: Seen | undefined): readonly Command[] {
  const namespace = last?.facts?.service?.namespace;
  const isOfService = last !== undefined && isAnswered(last) && namespace !== undefined;
  return [...unseen, isOfService ? commands.policies(namespace) : commands.resolvConf()];
}

/** A denial lives on between here and the program that has asked. */
function keptByOthers(names: readonly Seen[]): readonly Command[] {
  const all = names.flatMap(({ answers }) => answers.map((told) => told.deniedForSeconds ?? 0));
  const seconds = Math.max(0, ...all);
  return seconds === 0 ? [] : [commands.keptByOthers(seconds)];
}

function unknownCause(names: readonly Seen[]): Verdict {
  const told = names.flatMap(({ name, answers }) =>
    answers.map(({ type, rcode, failure }) => `${name} ${type}: ${failure ?? rcode ?? "no reply"}`),
  );
  return {
    code: "unknown",
    level: "failing",
    sentence: "The name has no answer, and none of the known causes is seen",
    evidence: told,
    next: [commands.resolvConf()],
    unseen: [commands.resolvConf()],
  };
}

/** A search list has made another name of it: a namespace is called "com", or "example" has a Service there. */
async function capturedBySearch(
  { suffix, name, typedLabels, facts }: Seen,
  { asked, to, types }: Judged,
  finding: Finding | undefined,
): Promise<Verdict | undefined> {
  if (suffix === undefined || typedLabels < 2 || facts?.service === undefined) return undefined;
  const typed = Name.parse(asked.name);
  const deadlineMs = Math.min(to.deadlineMs, performance.now() + OUTSIDE_MS);
  const outside = await Promise.all(
    types.map((type) => askOne({ ...to, deadlineMs }, typed, type)),
  );
  if (!outside.some(({ told }) => told.isAnswered)) return undefined;
  const { namespace } = facts;
  return {
    code: "captured-by-search-path",
    level: "warning",
    sentence: `"${asked.name}" is taken for Service "${facts.service.name}" of namespace "${namespace}", though there is such a name outside`,
    evidence: [
      `the search list completes it to "${name}", which is there`,
      `as it is, "${typed}" is ${outside.flatMap(({ told }) => told.records).join("; ")}`,
      ...(finding ? [finding.sentence] : []),
    ],
    next: [
      commands.explain(
        typed.toString(),
        "the name outside: a final dot leaves the search list out",
      ),
    ],
    unseen: [commands.resolvConf()],
  };
}

function well(seen: Seen, { asked, names, types }: Judged): Verdict {
  const queries = names.length * types.length;
  const shortest = names.length === 1 && seen.suffix === undefined;
  const told = seen.answers.filter((one) => one.isAnswered);
  const by = told[0] && lastStep(told[0]);
  const service = seen.facts?.service;
  const cost = `this lookup takes ${queries === 1 ? "1 query" : `${queries} queries`}`;
  return {
    code: "well",
    level: "fine",
    sentence: `All is well: "${asked.name}" resolves to ${addressesIn(seen)}`,
    evidence: [
      ...(by ? [`answered by plugin/${by.plugin} (${by.at})`] : []),
      ...(service?.ready === undefined || service.type === "ExternalName"
        ? []
        : [`${count(service.ready, "ready endpoint")} behind it`]),
      shortest
        ? `${cost}, which is the least`
        : `${cost}; written as "${seen.name}", with the final dot, it takes ${types.length}`,
      ...(seen.facts ? agesOf(seen.state) : []),
    ],
    next: [],
    unseen: [
      ...(service ? [commands.policies(service.namespace)] : []),
      commands.resolvConf(),
      commands.nodeLocal(),
    ],
  };
}

function addressesIn({ answers }: Seen): string {
  const values = answers.flatMap(({ records, type }) =>
    records.flatMap((record) => {
      const [, , , own = "", ...rdata] = record.split(" ");
      return own === type || type === "ANY" ? [rdata.join(" ")] : [];
    }),
  );
  const more = values.length > 3 ? ` and ${values.length - 3} more` : "";
  return `${values.slice(0, 3).join(", ")}${more}`;
}
