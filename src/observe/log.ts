import type { Logger as PinoLogger } from "pino";
import { pino } from "pino";

/** A logger of pino's; every line of the program goes through one. */
export type Logger = PinoLogger;

/** pino-pretty on a terminal, one JSON object a line otherwise. */
export async function createLogger(
  options: { pretty?: boolean; level?: string } = {},
): Promise<Logger> {
  const settings = { level: options.level ?? "info", base: null };
  if (!(options.pretty ?? process.stdout.isTTY)) return pino(settings);
  // A pod never loads it.
  const { PinoPretty } = await import("pino-pretty");
  return pino(settings, PinoPretty({ colorize: process.stdout.isTTY, sync: true }));
}

/** A logger whose messages begin with `plugin/<name>: `, as CoreDNS's do. */
export function pluginLogger(log: Logger, plugin: string, debug: boolean): Logger {
  return log.child({}, { msgPrefix: `plugin/${plugin}: `, ...(debug ? { level: "debug" } : {}) });
}
