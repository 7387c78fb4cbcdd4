import { wrap } from "../text/wrap.ts";
import type { Command, Explanation, Level, Lookup, Told } from "./explanation.ts";

const RESET = "\u001b[0m";
const BOLD = "\u001b[1m";
const COLOURS: Readonly<Record<Level, string>> = {
  fine: "\u001b[32m",
  warning: "\u001b[33m",
  failing: "\u001b[31m",
};
const MARKS: Readonly<Record<Level, string>> = {
  fine: "ok",
  warning: "warning",
  failing: "failing",
};

/** An explanation for people: the verdict first, then why, then what to do. Commands are not broken, so that they can be copied. */
export function formatText(
  explanation: Explanation,
  { colour }: { readonly colour: boolean },
): string {
  const { asked, lookups, targets, verdict } = explanation;
  const paint = (code: string, text: string): string => (colour ? code + text + RESET : text);
  const title = (text: string): string => `\n${paint(BOLD, text)}\n`;
  const mark = `${MARKS[verdict.level]} [${verdict.code}]`;
  let text = `${paint(COLOURS[verdict.level], mark)}\n${wrap(verdict.sentence, "")}`;
  if (verdict.evidence.length > 0) {
    text += title("Evidence") + verdict.evidence.map((one) => wrap(one, "  - ")).join("");
  }
  if (verdict.next.length > 0) text += title("Next") + verdict.next.map(commandLines).join("");
  text += title("What was asked");
  text += wrap(
    `as a pod of namespace "${asked.namespace}" at ${asked.address}, ndots ${asked.ndots}, search ${asked.search.join(" ")}`,
    "  ",
  );
  text += asked.assumed.map((one) => wrap(one, "  ")).join("");
  text += lookups.map(lookupLines).join("");
  if (targets.length > 0) text += title("Where it leads") + targets.map(lookupLines).join("");
  if (verdict.unseen.length > 0) {
    text += title("Not seen from here") + verdict.unseen.map(commandLines).join("");
  }
  return text;
}

function commandLines({ why, command }: Command): string {
  return `${wrap(`${why}:`, "  ")}    ${command}\n`;
}

function lookupLines({ name, answers }: Lookup): string {
  return `${wrap(name, "  ")}${answers.map(answerLines).join("")}`;
}

function answerLines({
  type,
  rcode,
  failure,
  records,
  tookUs,
  block,
  steps,
  reason,
}: Told): string {
  const where = block === null ? "no server block" : `block ${block.at}`;
  const view = block?.view ? `, view ${block.view}` : "";
  const why = reason === null ? "" : `, ${reason}`;
  const took = `${(tookUs / 1_000).toFixed(1)} ms`;
  let text = wrap(`${type} ${rcode ?? "no reply"}${why} (${where}${view}, ${took})`, "    ");
  for (const { plugin, at, notes, outcome } of steps) {
    const said = notes.length === 0 ? (outcome ?? "has not answered") : notes.join("; ");
    text += wrap(`${plugin} ${at}: ${said}`, "      ");
  }
  if (failure !== null) text += wrap(failure, "      ");
  return text + records.map((record) => wrap(record, "      ")).join("");
}
