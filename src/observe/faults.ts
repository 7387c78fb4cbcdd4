import type { Cell, Metrics } from "./metrics.ts";

/** Is told what failed, and of the exception. */
export type FaultListener = (what: string, error: unknown) => void;

const listeners = new Set<FaultListener>();

/**
 * Tells `listener` of each exception that is a fault of the program. A running server listens, and
 * logs and counts them.
 * @returns ends that
 */
export function onFault(listener: FaultListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Tells of an exception whose harm has been contained; throws nothing.
 * @param what was being done, for the log: `connection to an upstream`
 */
export function reportFault(what: string, error: unknown): void {
  for (const listener of listeners) {
    try {
      listener(what, error);
    } catch {
      // There is nobody left to tell.
    }
  }
  if (listeners.size > 0) return;
  // Nobody hears: a fault must not go unseen for that.
  queueMicrotask(() => {
    throw error;
  });
}

/**
 * Makes a callback that never throws: for timers, and for events of sockets, streams and files, whose exceptions
 * would be nobody's and end the process. That of a promise it returns counts as well.
 * @param what see {@link reportFault}
 * @param fail ends what cannot go on: that connection, that file
 */
export function guard<Args extends readonly unknown[]>(
  what: string,
  run: (...args: Args) => unknown,
  fail: (error: Error) => void = () => {},
): (...args: Args) => void {
  const onThrow = (error: unknown): void => contain(what, error, fail);
  return (...args) => {
    try {
      const result = run(...args);
      if (result instanceof Promise) result.catch(onThrow);
    } catch (error) {
      onThrow(error);
    }
  };
}

/** Reports an exception, and ends what it came from; throws nothing. */
export function contain(what: string, error: unknown, fail: (error: Error) => void): void {
  reportFault(what, error);
  try {
    fail(error instanceof Error ? error : new Error(String(error)));
  } catch (another) {
    reportFault(what, another);
  }
}

/** How many faults there were; the name is CoreDNS's. */
export function countPanics(metrics: Metrics): Cell {
  const help = "Exceptions that nobody expected: each one failed a query, a connection, or a file.";
  return metrics.counter("coredns_panics_total", help).with();
}

/** An exception with its stack, in one line. */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stack = `${error.name}: ${error.message}`, cause } = error;
  const line = stack.replaceAll(/\s*\n\s*/g, " ");
  return cause === undefined ? line : `${line}; caused by ${describeFault(cause)}`;
}
