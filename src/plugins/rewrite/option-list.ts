import type { EdnsOption } from "../../dns/edns.ts";
import type { OutgoingOption } from "../../server/contract/outgoing.ts";
import type { Query } from "../../server/contract/query.ts";

/** One EDNS option of a question: the client's own, or one that a rule has set. */
interface ListedOption extends EdnsOption {
  readonly isPerClient: boolean;
  readonly isFromClient: boolean;
  /** Whether it goes out to upstreams. */
  readonly isOurs: boolean;
  /** Whether a client with EDNS sees it in the reply. */
  readonly isShown: boolean;
}

/** The EDNS options of a question on its way through the rules. */
export class OptionList {
  #all: readonly ListedOption[];
  /** Codes that clients see nothing of, and what they see in their place. */
  readonly #reverted = new Map<number, EdnsOption | undefined>();

  constructor({ options, outgoing }: Query) {
    const others = options.filter(({ code }) => !outgoing.some((one) => one.code === code));
    this.#all = [
      ...others.map(({ code, data }) => {
        return { code, data, isPerClient: true, isFromClient: true, isOurs: false, isShown: false };
      }),
      ...outgoing.map((option) => ({ ...option, isOurs: true, isShown: false })),
    ];
  }

  has(code: number): boolean {
    return this.#all.some((option) => option.code === code);
  }

  remove(code: number): void {
    this.#all = this.#all.filter((option) => option.code !== code);
  }

  /**
   * Puts an option in the place of the first one with its code, or behind all others.
   * @param isReverted whether clients are to see what was there before
   */
  set(option: OutgoingOption, isShown: boolean, isReverted: boolean): void {
    const before = this.#all.find(({ code }) => code === option.code);
    if (isReverted && !this.#reverted.has(option.code)) {
      const shown = before?.isShown ? { code: before.code, data: before.data } : undefined;
      this.#reverted.set(option.code, shown);
    }
    const set = { ...option, isOurs: true, isShown: isShown && !isReverted };
    this.#all = before ? this.#all.map((one) => (one === before ? set : one)) : [...this.#all, set];
  }

  /** For the query to go on with. */
  get all(): readonly EdnsOption[] {
    return this.#all.map(({ code, data }) => ({ code, data }));
  }

  get outgoing(): readonly OutgoingOption[] {
    const ours = this.#all.filter(({ isOurs }) => isOurs);
    return ours.map(({ code, data, isPerClient, isFromClient }) => {
      return { code, data, isPerClient, isFromClient };
    });
  }

  /**
   * The options of a reply with what clients are to see.
   * @param isForwarded whether an upstream has had the word: what it has not said, nobody says
   */
  inReply(options: readonly EdnsOption[], isForwarded: boolean): readonly EdnsOption[] {
    const kept = options.filter(({ code }) => !this.#reverted.has(code));
    if (isForwarded) return kept;
    const before = [...this.#reverted.values()].filter((option) => option !== undefined);
    const shown = [...before, ...this.#shown];
    return [...kept, ...shown.filter(({ code }) => !kept.some((one) => one.code === code))];
  }

  /** Whether a client sees something that is made for it alone. */
  get showsClient(): boolean {
    return this.#shown.some(({ isPerClient }) => isPerClient);
  }

  get #shown(): readonly ListedOption[] {
    return this.#all.filter(({ isShown }) => isShown);
  }
}
