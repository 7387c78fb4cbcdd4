import { CorefileError } from "./corefile-error.ts";

/** Who has made so many has made one that all others follow from. */
const MOST = 50;

/** All that is wrong with a configuration, as one error; its message tells of the first. */
export class CorefileErrors extends CorefileError {
  readonly all: readonly CorefileError[];

  constructor(first: CorefileError, others: readonly CorefileError[]) {
    super(first.at, "");
    this.all = [first, ...others];
    this.message = `${first.message} (and ${others.length} more)`;
  }
}

/** What an error tells of, one by one. */
export function faultsOf(error: CorefileError): readonly CorefileError[] {
  return error instanceof CorefileErrors ? error.all : [error];
}

/** Collects what is wrong, so that all of it is told at once. */
export class Faults {
  readonly #found: CorefileError[] = [];

  get count(): number {
    return this.#found.length;
  }

  add(error: CorefileError): void {
    this.#found.push(...faultsOf(error));
  }

  /**
   * @returns undefined if the action throws a {@link CorefileError}, which is kept
   * @throws whatever else it throws; and that error, too, if there have been very many
   */
  try<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      this.#keep(error);
      return undefined;
    }
  }

  async tryAsync(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#keep(error);
    }
  }

  #keep(error: unknown): void {
    if (!(error instanceof CorefileError) || this.count >= MOST) throw error;
    this.add(error);
  }

  /** @throws {CorefileError} if there is anything wrong: {@link sorted}, as one error */
  throwIfAny(): void {
    const [first, ...others] = this.sorted();
    if (first) throw others.length === 0 ? first : new CorefileErrors(first, others);
  }

  /**
   * Files in the order that they were found at fault, lines from top to bottom, each fault once: a snippet may be
   * imported more than once.
   */
  sorted(): CorefileError[] {
    const files = [...new Set(this.#found.map(({ at }) => at.file))];
    const sorted = this.#found.toSorted(
      (a, b) => files.indexOf(a.at.file) - files.indexOf(b.at.file) || a.at.line - b.at.line,
    );
    return [...new Map(sorted.map((one) => [one.message, one])).values()];
  }
}
