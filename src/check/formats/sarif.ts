import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { anchorOf } from "../anchor.ts";
import type { Finding, Rule } from "../rule.ts";

/** The Static Analysis Results Interchange Format, which code hosts show beside the code (SARIF 2.1.0). */
export function toSarif(
  findings: readonly Finding[],
  rules: readonly Rule[],
  version: string,
): string {
  const run = {
    tool: { driver: { name: "Portolan", version, rules: rules.map(describe) } },
    columnKind: "utf16CodeUnits",
    results: findings.map((finding) => resultOf(finding, rules)),
  };
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [run],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** §3.49 reportingDescriptor */
function describe(rule: Rule): unknown {
  return {
    id: rule.id,
    shortDescription: { text: `${rule.what}.` },
    help: { text: `${rule.mend}. See ${anchorOf(rule)}.` },
    defaultConfiguration: { level: rule.level },
  };
}

/** §3.27 result */
function resultOf({ rule, at, message, hint }: Finding, rules: readonly Rule[]): unknown {
  return {
    ruleId: rule.id,
    ruleIndex: rules.indexOf(rule),
    level: rule.level,
    message: { text: hint === undefined ? message : `${message}; ${hint}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(at.file) },
          region: { startLine: at.line, startColumn: at.column },
        },
      },
    ],
  };
}

/** Relative to wherever the check ran, as hosts of code expect it (§3.4.3). */
function uriOf(path: string): string {
  if (isAbsolute(path)) return pathToFileURL(path).href;
  return path.split("/").map(encodeURIComponent).join("/");
}
