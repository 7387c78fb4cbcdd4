import type { DestinationStream, LoggerOptions, Logger as PinoLogger } from "pino";
import { pino, stdTimeFunctions } from "pino";
import type { Rate } from "./token-bucket.ts";
import { LineLimiter } from "./line-limiter.ts";
import type { LogFormat } from "./log-format.ts";
import type { LevelTags } from "./text-lines.ts";
import { TextLines } from "./text-lines.ts";

/** A logger of pino's; every line of the program goes through one. */
export type Logger = PinoLogger;

export interface LogOptions {
  /** "text" if left out. */
  readonly format?: LogFormat;
  readonly level?: string;
  /** Takes whole lines, with their line breaks; must not wait. */
  readonly destination: DestinationStream;
  /** How levels are written in text; plainly if left out. */
  readonly tags?: LevelTags;
  readonly limits?: Rate;
}

const WARN = 40;
const FATAL = 60;

/** On a logger whose lines are JSON, and on its children. */
const STRUCTURED = Symbol("structured");

/** CoreDNS's words for levels in JSON, which are those of Go's slog. */
const LEVEL_WORDS: Readonly<Record<string, string>> = { trace: "DEBUG" };

/** Writes lines as CoreDNS does: `[INFO] plugin/reload: ...`, or one JSON object each. */
export function createLogger(options: LogOptions): Logger {
  const { level = "info", limits, format = "text", destination } = options;
  const isJson = format === "json";
  const stream = isJson ? destination : new TextLines(destination, options.tags);
  const settings: LoggerOptions = { level, base: null, ...(isJson ? JSON_SETTINGS : {}) };
  const limiter = new LineLimiter((message) => unlimited.warn(message), limits);
  const unlimited = pino(settings, stream);
  const hooks: LoggerOptions["hooks"] = {
    // What queries make us say. The query log has been asked for, a last word must be heard.
    logMethod(inputs, method, lineLevel) {
      const isLimited = lineLevel >= WARN && lineLevel < FATAL;
      if (!isLimited || limiter.take()) method.apply(this, inputs);
    },
  };
  return Object.assign(pino({ ...settings, hooks }, stream), { [STRUCTURED]: isJson });
}

const JSON_SETTINGS: LoggerOptions = {
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: LEVEL_WORDS[label] ?? label.toUpperCase() }) },
};

/** Whether fields beside the message are written: they are in JSON, not in text. */
export function isStructured(log: Logger): boolean {
  return (log as { [STRUCTURED]?: boolean })[STRUCTURED] === true;
}

/** A logger for a plugin's lines: as CoreDNS's, these begin with `plugin/<name>: `, or have a field for it. */
export function pluginLogger(log: Logger, plugin: string, debug: boolean): Logger {
  const level = debug ? { level: "debug" } : {};
  if (isStructured(log)) return log.child({ plugin }, level);
  return log.child({}, { msgPrefix: `plugin/${plugin}: `, ...level });
}
