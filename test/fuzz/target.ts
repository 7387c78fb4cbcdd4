import type { Random } from "./random.ts";

/** Something that must stand whatever it is given. One line in `targets.ts` each. */
export interface FuzzTarget {
  /** As on the command line. */
  readonly name: string;
  /** How many cases `npm run fuzz` runs without a number on the command line; `npm test` runs a fifth. */
  readonly cases: number;
  /** No case may take longer, of this thread's time on a CPU. */
  readonly limitMs: number;
  readonly open: () => Promise<FuzzSession>;
}

/** What one case came to. */
export interface FuzzResult {
  /** In a word, to be counted: `NXDOMAIN`, `refused`. */
  readonly outcome: string;
  /** What it took, without making it up and looking at what came out. */
  readonly ms: number;
  /** Messages that it was about; one if left out. */
  readonly messages?: number;
}

export interface FuzzSession {
  /**
   * Makes up a case, tries it, and looks at what comes out.
   * @throws {FuzzFinding} where something does not hold
   */
  readonly run: (random: Random) => FuzzResult | Promise<FuzzResult>;
  /** @throws {FuzzFinding} if something is left over */
  readonly close: () => Promise<void>;
}

/** What must hold does not, with the input that shows it. */
export class FuzzFinding extends Error {
  override readonly name = "FuzzFinding";

  constructor(what: string, input: Buffer | string, cause?: unknown) {
    const shown = typeof input === "string" ? JSON.stringify(input) : input.toString("hex");
    super(`${what}; input: ${shown}`, { cause });
  }
}

/** Fails with `what` unless something is so. */
export function hold(isSo: boolean, what: string, input: Buffer | string): void {
  if (!isSo) throw new FuzzFinding(what, input);
}

/** Does something, and tells the time it took on this thread. Whatever it throws is a finding. */
export function timed(input: Buffer | string, act: () => void): number {
  const before = cpuMs();
  try {
    act();
  } catch (error) {
    if (error instanceof FuzzFinding) throw error;
    throw new FuzzFinding(`threw ${String(error)}`, input, error);
  }
  return cpuMs() - before;
}

/** Time that this thread has been on a CPU: others on the machine do not count. */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const TRIES = 25;

/**
 * The least CPU time that something takes in several tries, in milliseconds: others fall together with
 * collecting garbage, compiling, or the tick by which some kernels count. Ends with the first below `limitMs`.
 */
export function leastCpuMs(limitMs: number, act: () => void): number {
  let leastMs = Infinity;
  for (let i = 0; i < TRIES && leastMs >= limitMs; i++) {
    const beganMs = cpuMs();
    act();
    leastMs = Math.min(leastMs, cpuMs() - beganMs);
  }
  return leastMs;
}
