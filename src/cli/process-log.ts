import { CorefileError } from "../corefile/corefile-error.ts";
import { faultsOf } from "../corefile/faults.ts";
import type { LogFormat } from "../observe/log-format.ts";
import type { Logger } from "../observe/log.ts";
import { createLogger } from "../observe/log.ts";
import type { LogOutput } from "../observe/log-output.ts";
import type { Metrics } from "../observe/metrics.ts";
import { levelTags } from "../observe/text-lines.ts";
import { outputOf } from "./process-output.ts";
import { printable } from "../text/printable.ts";

/** What a serving process says, on standard output. */
export interface ProcessLog {
  readonly log: Logger;
  /** Says what CoreDNS says without a level: where it serves, and its version. */
  announce(text: string): void;
  /** Lets a metric tell how many lines could not be written. */
  publish(metrics: Metrics): void;
}

export function openProcessLog(format: LogFormat): ProcessLog {
  const output = outputOf(process.stdout);
  const options = { format, destination: output, tags: levelTags(process.stdout) };
  const log = createLogger(options);
  const unlimited = createLogger({ ...options, limits: { burst: Infinity, perSecond: 0 } });
  output.tellDropped = (lines, reason) => unlimited.warn(droppedLines(lines, reason));
  logWarnings(log);
  return {
    log,
    announce(text): void {
      if (format === "json") log.info(text);
      else output.write(`${text}\n`);
    },
    publish: (metrics) => publishDropped(metrics, output),
  };
}

/** As CoreDNS says why it does not start: without a level in text, on standard error. A line for each fault. */
export function sayWhyNot(error: Error, format: LogFormat): void {
  const output = outputOf(process.stderr);
  const all = error instanceof CorefileError ? faultsOf(error) : [error];
  const log = format === "json" ? createLogger({ format, destination: output }) : undefined;
  for (const { message } of all) {
    if (log) log.fatal(message);
    else output.write(`${printable(message)}\n`);
  }
}

function droppedLines(lines: number, reason: string): string {
  return `Cannot write log: ${lines} ${lines === 1 ? "line" : "lines"} left out here (${reason})`;
}

function publishDropped(metrics: Metrics, output: LogOutput): void {
  const dropped = metrics
    .counter(
      "portolan_log_lines_dropped_total",
      "Counter of log lines that were left out because nobody took them.",
    )
    .with();
  metrics.beforeText(() => {
    dropped.value = output.dropped;
  });
}

/** Node writes its warnings to standard error by itself, and waits there for as long as it takes. */
function logWarnings(log: Logger): void {
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => log.warn(`Node warns: ${name}: ${message}`));
}
