/** A part of the server, to be timed by itself. */
export interface Benchmark {
  readonly name: string;
  /** How many times one `run` does it. */
  readonly operations: number;
  run(): void | Promise<void>;
}

/** Benchmarks that share what they need. */
export interface Suite {
  readonly benchmarks: readonly Benchmark[];
  close(): void | Promise<void>;
}

/** Does it with each of the things in turn. */
export function forEach<T>(
  name: string,
  things: readonly T[],
  work: (thing: T) => void,
): Benchmark {
  return {
    name,
    operations: things.length,
    run: () => {
      for (const thing of things) work(thing);
    },
  };
}
