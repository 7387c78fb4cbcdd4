import type { CheckFormat } from "../../check/format-names.ts";
import { CHECK_FORMATS } from "../../check/format-names.ts";
import { toGithub } from "../../check/formats/github.ts";
import { toJson } from "../../check/formats/json.ts";
import { toSarif } from "../../check/formats/sarif.ts";
import type { Finding } from "../../check/rule.ts";
import { RULES } from "../../check/table.ts";
import type { LogFormat } from "../../observe/log-format.ts";
import { createLogger } from "../../observe/log.ts";
import { escapeControls, levelTags } from "../../observe/text-lines.ts";
import { didYouMean } from "../../text/nearest-name.ts";
import { VERSION } from "../version.ts";

/** A file, or a cluster, with what was found in it. */
export interface Checked {
  readonly path: string;
  /** How many server blocks its Corefiles have. */
  readonly blocks: number;
  /** Whether part of it could not be looked at. */
  readonly isPartial?: boolean;
  /** Whether modules of others were loaded. */
  readonly hasModules: boolean;
  readonly findings: readonly Finding[];
}

/** Prints what was found: for programs on standard output; for people on standard error, and what is well on standard output. */
export function report(
  checked: readonly Checked[],
  format: CheckFormat,
  logFormat: LogFormat,
): void {
  const findings = checked.flatMap((one) => one.findings);
  const files = checked.map(({ path }) => path);
  const formats: Record<CheckFormat, () => string> = {
    text: () => sayToPeople(checked, logFormat),
    json: () => toJson(findings, files),
    sarif: () => toSarif(findings, RULES, VERSION),
    github: () => toGithub(findings),
  };
  process.stdout.write(formats[format]());
}

/** @throws {TypeError} for a format that does not exist */
export function formatNamed(name: string): CheckFormat {
  const found = CHECK_FORMATS.find((one) => one === name);
  if (found) return found;
  const hint = didYouMean(name, CHECK_FORMATS);
  throw new TypeError(`Cannot report as "${name}": expected ${CHECK_FORMATS.join(", ")}${hint}`);
}

/** @returns what is well */
function sayToPeople(checked: readonly Checked[], format: LogFormat): string {
  // Nobody else waits here, so that no line need be left out for a slow reader.
  const output = { write: (line: string): void => void process.stderr.write(line) };
  const limits = { burst: Infinity, perSecond: 0 };
  const tags = levelTags(process.stderr);
  const log = createLogger({ format, destination: output, limits, tags });
  for (const { rule, at, message, hint } of checked.flatMap(({ findings }) => findings)) {
    const line = `${at.file}:${at.line}: ${message}`;
    const advice = `${line}${hint === undefined ? "" : `; ${hint}`} (${rule.id})`;
    if (rule.level === "warning") log.warn(advice);
    else if (rule.level === "note") log.info(advice);
    else if (format === "json") log.fatal(line);
    else output.write(`${escapeControls(line)}\n`);
  }
  const good = checked.filter(
    ({ findings }) => !findings.some(({ rule }) => rule.level === "error"),
  );
  const lines = good.map(({ path, blocks, isPartial = false }) => {
    const count = blocks === 0 ? "" : `, ${blocks} server block${blocks === 1 ? "" : "s"}`;
    return `${path}: ok${isPartial ? " as far as it could be read" : ""}${count}\n`;
  });
  return lines.join("");
}
