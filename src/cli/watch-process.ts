import type { Logger } from "../observe/log.ts";
import { LastNet } from "./last-net.ts";
import type { SignalOptions, SignalSource } from "./signals.ts";
import { Signals } from "./signals.ts";

/**
 * Minds, from the moment a serving program begins to start, what would end its process: exceptions that nobody caught, and signals.
 * @param exit ends the process in good order
 */
export function watchProcess(
  log: Logger,
  exit: (code: number) => Promise<void>,
  options: SignalOptions = {},
): { readonly net: LastNet; readonly signals: Signals } {
  const end = (message: string): void => {
    log.fatal(message);
    void exit(1);
  };
  const net = new LastNet({ end });
  const source: SignalSource = {
    on: (signal, listener) => process.on(signal, listener),
    exit: (code) => void exit(code),
  };
  const signals = new Signals(log, source, options);
  return { net, signals };
}
