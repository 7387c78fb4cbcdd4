import type { DestinationStream, LoggerOptions, Logger as PinoLogger } from "pino";
import { pino } from "pino";
import type { LineLimits } from "./line-limiter.ts";
import { LineLimiter } from "./line-limiter.ts";

/** A logger of pino's; every line of the program goes through one. */
export type Logger = PinoLogger;

export interface LogOptions {
  readonly pretty?: boolean;
  readonly level?: string;
  /** Standard output if left out. */
  readonly destination?: DestinationStream;
  readonly limits?: LineLimits;
}

const WARN = 40;
const FATAL = 60;

/** pino-pretty on a terminal, one JSON object a line otherwise. */
export async function createLogger(options: LogOptions = {}): Promise<Logger> {
  const { level = "info", limits } = options;
  const limiter = new LineLimiter((message) => unlimited.warn(message), limits);
  const settings: LoggerOptions = {
    level,
    base: null,
    hooks: {
      // What queries make us say. The query log has been asked for, a last word must be heard.
      logMethod(inputs, method, lineLevel) {
        const isLimited = lineLevel >= WARN && lineLevel < FATAL;
        if (!isLimited || limiter.take()) method.apply(this, inputs);
      },
    },
  };
  const stream = options.destination ?? (await defaultStream(options));
  const unlimited = pino({ level, base: null }, stream);
  return pino(settings, stream);
}

async function defaultStream({ pretty }: LogOptions): Promise<DestinationStream> {
  if (!(pretty ?? process.stdout.isTTY)) return pino.destination(1);
  // A pod never loads it.
  const { PinoPretty } = await import("pino-pretty");
  return PinoPretty({ colorize: process.stdout.isTTY, sync: true });
}

/** A logger whose messages begin with `plugin/<name>: `, as CoreDNS's do. */
export function pluginLogger(log: Logger, plugin: string, debug: boolean): Logger {
  return log.child({}, { msgPrefix: `plugin/${plugin}: `, ...(debug ? { level: "debug" } : {}) });
}
