import type { Logger as PinoLogger } from "pino";
import { pino } from "pino";
import { PinoPretty } from "pino-pretty";

/** A logger of pino's; every line of the program goes through one. */
export type Logger = PinoLogger;

/** pino-pretty on a terminal, one JSON object a line otherwise. */
export function createLogger(options: { pretty?: boolean; level?: string } = {}): Logger {
  const settings = { level: options.level ?? "info", base: null };
  const pretty = options.pretty ?? process.stdout.isTTY;
  if (!pretty) return pino(settings);
  const stream = PinoPretty({ colorize: process.stdout.isTTY, ignore: "pid,hostname", sync: true });
  return pino(settings, stream);
}

/** A logger whose messages begin with `plugin/<name>: `, as CoreDNS's do. */
export function pluginLogger(log: Logger, plugin: string, debug: boolean): Logger {
  return log.child({}, { msgPrefix: `plugin/${plugin}: `, ...(debug ? { level: "debug" } : {}) });
}
