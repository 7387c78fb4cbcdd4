import { escapeControls } from "../../observe/text-lines.ts";
import type { Finding, Level } from "../rule.ts";

const COMMANDS: Readonly<Record<Level, string>> = {
  error: "error",
  warning: "warning",
  note: "notice",
};

/** Workflow commands of GitHub Actions, one a line: they become remarks at the lines of a pull request. */
export function toGithub(findings: readonly Finding[]): string {
  const lines = findings.map(({ rule, at, message, hint }) => {
    const properties = { file: at.file, line: at.line, col: at.column, title: rule.id };
    const list = Object.entries(properties).flatMap(([name, value]) => {
      return value === undefined ? [] : `${name}=${escapeProperty(`${value}`)}`;
    });
    const text = hint === undefined ? message : `${message}; ${hint}`;
    return `::${COMMANDS[rule.level]} ${list.join(",")}::${escapeData(text)}\n`;
  });
  return lines.join("");
}

/** As the runner reads it: these end a command otherwise. */
function escapeData(text: string): string {
  const ended = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  return escapeControls(ended);
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
