import type { Command, Explanation, Level } from "./explanation.ts";
import { lookupLines } from "./format-lookup.ts";
import type { Look } from "./look.ts";
import { paint, wrapped } from "./look.ts";
import { formatRoutes } from "./routes/format-routes.ts";

const MARKS: Readonly<Record<Level, string>> = {
  fine: "ok",
  warning: "warning",
  failing: "failing",
};

/** An explanation for people: the verdict first, then why, then what to do. Commands are not broken, so that they can be copied. */
export function formatText(explanation: Explanation, look: Look): string {
  const { asked, lookups, targets, verdict, routes } = explanation;
  const title = (text: string): string => `\n${paint("title", text, look)}\n`;
  const mark = `${MARKS[verdict.level]} [${verdict.code}]`;
  let text = `${paint(verdict.level, mark, look)}\n`;
  text += paint("title", wrapped(verdict.sentence, "", look), look);
  if (verdict.evidence.length > 0) {
    text += title("Evidence") + verdict.evidence.map((one) => wrapped(one, "  - ", look)).join("");
  }
  text += commands(title("Next"), verdict.next, look);
  if (routes) text += formatRoutes(routes, look);
  text += title("What was asked");
  text += wrapped(
    `as a pod of namespace "${asked.namespace}" at ${asked.address}, ndots ${asked.ndots}, search ${asked.search.join(" ")}`,
    "  ",
    look,
  );
  text += asked.assumed.map((one) => wrapped(one, "  ", look)).join("");
  text += lookups.map((one) => lookupLines(one, look)).join("");
  if (targets.length > 0) {
    text += title("Where it leads") + targets.map((one) => lookupLines(one, look)).join("");
  }
  return text + commands(title("Not seen from here"), verdict.unseen, look);
}

function commands(title: string, all: readonly Command[], look: Look): string {
  if (all.length === 0) return "";
  const lines = all.map(({ why, command }) => {
    return `${wrapped(`${why}:`, "  ", look)}${paint("command", `    ${command}`, look)}\n`;
  });
  return title + lines.join("");
}
