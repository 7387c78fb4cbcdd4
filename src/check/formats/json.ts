import type { Finding, Level } from "../rule.ts";
import { anchorOf } from "../anchor.ts";

/** Counts up when a field goes, or means something else. */
const VERSION = 1;

/** One object with all findings; lines and columns count from 1, columns in UTF-16 code units. */
export function toJson(findings: readonly Finding[], files: readonly string[]): string {
  const count = (level: Level): number =>
    findings.filter(({ rule }) => rule.level === level).length;
  const report = {
    version: VERSION,
    files,
    errors: count("error"),
    warnings: count("warning"),
    notes: count("note"),
    findings: findings.map(({ rule, at, message, hint }) => ({
      rule: rule.id,
      level: rule.level,
      file: at.file,
      line: at.line,
      column: at.column,
      message,
      hint: hint ?? rule.mend,
      documentation: anchorOf(rule),
    })),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
