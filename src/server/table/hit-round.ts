import { PAGES, PAGE_SLOTS } from "./layout.ts";

/** Pages that a turn looks at to find one with hits. */
const PAGES_A_TURN = 512;

interface Waiting {
  readonly until: number;
  readonly done: () => void;
}

/**
 * Goes round the pages of slots, and counts the hits of those that had some. A turn counts those of one
 * page, or finds none in many. A round that is asked for sees all hits before it was asked for.
 */
export class HitRound {
  readonly #takeMarks: (page: number) => boolean;
  readonly #count: (slot: number) => void;
  /** Pages looked at, ever; and where to stop. */
  #at = 0;
  #end = 0;
  #waiting: Waiting[] = [];
  /**
   * Pages that had hits when they were looked at last. A reader on another processor may have marked a
   * page and its counter be seen only later: so it is looked at twice.
   */
  readonly #again = new Uint8Array(PAGES);

  /**
   * @param takeMarks whether a page has had hits since this was asked last
   * @param count counts those of a slot
   */
  constructor(takeMarks: (page: number) => boolean, count: (slot: number) => void) {
    this.#takeMarks = takeMarks;
    this.#count = count;
  }

  /** Asks for a round. */
  begin(): void {
    this.#end = this.#at + PAGES;
  }

  /** Resolves at the end of the round asked for last. */
  get ended(): Promise<void> {
    return new Promise((done) => this.#waiting.push({ until: this.#end, done }));
  }

  /** @returns whether there is more to do */
  turn(): boolean {
    const end = Math.min(this.#end, this.#at + PAGES_A_TURN);
    let isCounted = false;
    while (this.#at < end && !isCounted) {
      isCounted = this.#countPage(this.#at % PAGES);
      this.#at++;
    }
    const isEnded = ({ until }: Waiting): boolean => until <= this.#at;
    for (const { done } of this.#waiting.filter(isEnded)) done();
    this.#waiting = this.#waiting.filter((one) => !isEnded(one));
    return this.#at < this.#end;
  }

  #countPage(page: number): boolean {
    const isMarked = this.#takeMarks(page);
    if (!isMarked && this.#again[page] === 0) return false;
    this.#again[page] = isMarked ? 1 : 0;
    const first = page * PAGE_SLOTS;
    for (let slot = first; slot < first + PAGE_SLOTS; slot++) this.#count(slot);
    return true;
  }
}
